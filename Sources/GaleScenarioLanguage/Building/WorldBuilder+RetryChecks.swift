// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What doesn't go together in a retry, and what can do nothing.
extension WorldBuilder {
    func check(_ retry: RetryPolicy, _ item: Item, _ waiting: Policy.Waiting) {
        let valid = item["base"]?.integer != nil && item["cap"]?.integer != nil
        if valid, retry.cap < retry.base {
            diagnostics.error(
                "the longest delay, cap \(retry.cap), is below the first, base \(retry.base)",
                at: item[item.gives("cap") ? "cap" : "base"]?.place ?? item.place)
        }
        if let admission = item["admission"], item.gives("budget"), item["budget"]?.isNone == false {
            diagnostics.error(
                "a retry has a 'budget' or another 'admission', not both", at: admission.place,
                remedy: "remove one of them")
        }
        if retry.backoff == .list, item["delays"] == nil {
            diagnostics.error(
                "'backoff: list' has no 'delays'", at: item["backoff"]?.place ?? item.place,
                remedy: "for example: delays: [5s, 5min, 30min]")
        } else if let delays = item["delays"], retry.backoff != .list {
            diagnostics.error("'delays' belong to 'backoff: list'", at: delays.place)
        }
        for key in ["levels", "replay"] where waiting != .retryTopic {
            guard let item = item[key] else { continue }
            diagnostics.error(
                "'\(key)' needs retry topics, but the policy waits by '\(waiting.rawValue)'", at: item.place,
                remedy: "write `waiting: retry-topic`")
        }
        checkLevels(item["levels"], retry.levels)
        checkJitter(retry, item)
        checkAdmission(retry, item)
    }

    /// Only some kinds of jitter look at a share or a spread, and those do nothing without.
    private func checkJitter(_ retry: RetryPolicy, _ item: Item) {
        guard let jitter = item["jitter"], !jitter.isWrong else { return }
        let spreading = [RetryPolicy.Jitter.around, .growing]
        func misplaced(_ key: String, _ owners: [RetryPolicy.Jitter]) {
            guard let own = item[key], !owners.contains(retry.jitter) else { return }
            let names = owners.map { "'jitter: \($0.rawValue)'" }.joined(separator: " and ")
            diagnostics.error(
                "'\(key)' belongs to \(names), but the jitter is '\(retry.jitter.rawValue)'", at: own.place,
                remedy: "write `jitter: \(owners[0].rawValue)`, or remove `\(key)`")
        }
        misplaced("jitter-share", [.proportional])
        misplaced("jitter-spread", spreading)
        if spreading.contains(retry.jitter), item["jitter-spread"]?.isWrong != true, retry.jitterSpread == .zero {
            diagnostics.error(
                "'jitter: \(retry.jitter.rawValue)' without a 'jitter-spread' spreads nothing", at: jitter.place,
                remedy: "for example: jitter-spread: 30s; or `jitter: none`")
        }
    }

    /// A rule that can never let a retry through, or never refuses one, is not what was meant.
    private func checkAdmission(_ retry: RetryPolicy, _ item: Item) {
        switch retry.admission {
        case .bucket(let policy): checkBucket(policy, item["admission"]?["bucket"])
        case .concurrency(let policy) where policy.ratioMicros == 0 && policy.minimum == 0:
            nothing(item["admission"]?["concurrency"], "a share of 0% and a minimum of 0 let no retry through")
        case .budget(let policy) where policy.ratioMicros == 0 && policy.reservePerSecond == 0:
            nothing(item["budget"], "a budget of 0% and a reserve of 0 let no retry through")
        case .budget(let policy): checkRatio(policy.ratioMicros, retry.attempts, item["budget"])
        default: return
        }
    }

    private func nothing(_ item: Item?, _ message: String) {
        guard let item, item.pairs?.contains(where: \.item.isWrong) == false else { return }
        diagnostics.error(message, at: item.place, remedy: "for no retries at all write `retry: none`")
    }

    private func checkBucket(_ policy: RetryBucketPolicy, _ item: Item?) {
        guard let item, item["capacity"]?.decimal != nil, item["cost"]?.decimal != nil else { return }
        func text(_ key: String) -> String { item[key]?.text ?? item["cost"]?.text ?? "" }
        let capacity = item["capacity"]?.text ?? ""
        if policy.costMillis > policy.capacityMillis {
            diagnostics.error(
                "a bucket that holds \(capacity) tokens can never pay a retry's cost, \(text("cost"))",
                at: item[item.gives("cost") ? "cost" : "capacity"]?.place ?? item.place,
                remedy: "a capacity of several costs, such as 500 for 14; for no retries at all write `retry: none`")
            return
        }
        let others = [("throttled-cost", policy.throttledCostMillis), ("timeout-cost", policy.timeoutCostMillis)]
        for (key, cost) in others where cost > policy.capacityMillis {
            guard let own = item[key] else { continue }
            diagnostics.warning(
                "a bucket that holds \(capacity) tokens can never pay a '\(key)' of \(own.text): these retries are "
                    + "always refused", at: own.place, remedy: "a cost of \(capacity) at most, or a larger capacity")
        }
    }

    /// Each first attempt brings so much, and its retries take one each.
    private func checkRatio(_ micros: Int64, _ attempts: Int, _ item: Item?) {
        guard let item, attempts != RetryPolicy.unlimited, attempts > 1 else { return }
        let most = Int64(attempts - 1) * 1_000_000
        guard micros > most else { return }
        diagnostics.warning(
            "a budget of \(QuantityText.share(micros: micros)) of first attempts hardly ever refuses a retry: "
                + "\(attempts) attempts are \(attempts - 1) retries of each, \(QuantityText.share(micros: most))",
            at: item["ratio"]?.place ?? item.place, remedy: "a smaller share, such as 20%; or `budget: none`")
    }

    private func checkLevels(_ item: Item?, _ levels: [Interval]) {
        guard let item, let list = item.list, list.allSatisfy({ $0.integer != nil }) else { return }
        if list.count > Int(RetryLevel.mostLevels) {
            diagnostics.error("more than \(RetryLevel.mostLevels) levels of retry topics", at: item.place)
        }
        for (place, level) in levels.enumerated().dropFirst() where level <= levels[place - 1] {
            diagnostics.error(
                "level \(level) is not longer than the one before, \(levels[place - 1])", at: list[place].place)
        }
    }
}
