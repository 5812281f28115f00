// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import NIOCore

/// Carrying out what the dispatcher names.
extension LiveHost {
    func carryOut(_ action: Action) {
        switch action {
        case .send(let attempt, _, let reference, let key, let timeout, let provider, _):
            send(attempt, of: reference, key: key, timeout: timeout, to: Int(provider.rawValue))
        case .lookUp(let lookup, let reference, let read):
            let answer = store.read(read, key: record(reference).notification.key, at: now)
            eventLoop.assumeIsolated().execute { self.take(.lookedUp(lookup, answer)) }
        case .write(_, let write):
            store.apply(write, at: now)
        case .wake(let timer, let instant):
            schedule(at: instant) { self.take(.woken(timer)) }
        case .hold(_, _, let reason):
            note { $0.count(reason) }
        case .release(_, let reference, let reason):
            note { $0.count(reason) }
            giveSlot(reference)
        case .acquire(let chain, let reference):
            acquiring.append((chain, reference))
        case .requeue(let reference, let instant, let attempts, _, _):
            giveSlot(reference)
            offsets.complete(record(reference).offset)
            records[reference]?.notification.previousAttempts = attempts
            schedule(at: instant) { self.comeBack(reference) }
        case .cancel(let attempt, _):
            withdraw(attempt)
        case .settle(let reference, let outcome):
            settle(reference, outcome)
        }
    }

    private func record(_ reference: UInt64) -> Record {
        guard let record = records[reference] else {
            preconditionFailure("an action about a notification that has ended")
        }
        return record
    }

    private func send(
        _ attempt: AttemptID, of reference: UInt64, key: UInt64, timeout: Interval, to provider: Int
    ) {
        let notification = record(reference).notification
        let delivery = Delivery(
            notification: notification, key: key, expires: clock.wall(notification.expires) / 1000)
        note { $0.attempts += 1 }
        let ticket = senders[provider].send(delivery) { self.answered(attempt, $0) }
        let late = eventLoop.assumeIsolated().scheduleTask(deadline: clock.deadline(now + timeout)) {
            self.timedOut(attempt)
        }
        attempts[attempt] = UnderWay(ticket: ticket, sender: senders[provider], timeout: late, sent: now)
    }

    private func answered(_ attempt: AttemptID, _ reply: Reply) {
        guard let underWay = attempts.removeValue(forKey: attempt) else { return }
        underWay.timeout.cancel()
        var response = reply.response
        response.invalidSince = reply.invalidSinceMilliseconds.flatMap(clock.instant(wall:))
        note { $0.count(response) }
        take(.responded(attempt, response))
    }

    private func timedOut(_ attempt: AttemptID) {
        guard let underWay = attempts.removeValue(forKey: attempt) else { return }
        let mayHaveArrived = underWay.sender.withdraw(underWay.ticket, late: true)
        let response = mayHaveArrived ? ProviderResponse.timedOut : .connectionFailed
        note { $0.count(response) }
        take(.responded(attempt, response))
    }

    private func withdraw(_ attempt: AttemptID) {
        guard let underWay = attempts.removeValue(forKey: attempt) else { return }
        underWay.timeout.cancel()
        note { $0.cancelled += 1 }
        _ = underWay.sender.withdraw(underWay.ticket, late: false)
    }

    private func giveSlot(_ reference: UInt64) {
        guard records[reference]?.holdsSlot == true else { return }
        records[reference]?.holdsSlot = false
        freeSlots += 1
    }

    /// From the retry topic: a record of its own.
    private func comeBack(_ reference: UInt64) {
        note { $0.requeued += 1 }
        let offset = offsets.end
        offsets.begin(offset)
        records[reference]?.offset = offset
        queue.append(reference)
        work()
    }

    private func settle(_ reference: UInt64, _ outcome: Outcome) {
        giveSlot(reference)
        guard let record = records.removeValue(forKey: reference) else {
            preconditionFailure("a notification is settled once")
        }
        // The acknowledgement: what was not committed is read again after a crash.
        offsets.complete(record.offset)
        note { $0.settle(record.notification, outcome) }
        if outcome == .delivered { latencies.record(max(0, (now - record.notification.created).nanoseconds)) }
        onSettle(reference, outcome)
    }
}
