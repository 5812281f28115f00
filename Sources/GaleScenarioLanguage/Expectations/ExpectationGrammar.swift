// SPDX-License-Identifier: Apache-2.0

/// The published grammar of expectations, in EBNF and in Markdown.
public enum ExpectationGrammar {
    /// ```
    /// expectation = recovery | condition ;
    /// condition   = comparison, [ ( "before" | "during" | "after" ), FAULT ] ;
    /// recovery    = "within", DURATION, "after", FAULT, ":", comparison, { "and", comparison } ;
    /// comparison  = metric, ( "<" | "<=" | "=" | ">=" | ">" ), bound ;
    /// metric      = [ CHANNEL, "." ], entry
    ///             | ( "mean" | "max" | percentile ), "(", [ SUBJECT, "." ], "latency", ")"
    ///             | "amplification" | "throughput" | "misordered" | "spent", [ "(", PROVIDER, ")" ]
    ///             | "attempts", [ "(", PROVIDER, ")" ] | "errors", "(", PROVIDER, ")"
    ///             | "backlog", "(", TOPIC, ")" | jobs, "(", STAGE, ")" ;
    /// jobs        = "leases" | "leases-lost" | "fenced" | "refused" ;
    /// entry       = "submitted" | "delivered" | "late" | "expired" | "suppressed" | "dead-lettered" | "shed"
    ///             | "lost" | "in-flight" | "duplicates" | "undelivered" ;
    /// percentile  = "p", DIGITS, [ ".", DIGITS ] ;           (* p50 p99 p99.9 p999 *)
    /// bound       = COUNT | SHARE | DURATION | NUMBER | RATE ;
    /// ```
    public static let ebnf = """
        expectation = recovery | condition ;
        condition   = comparison, [ ( "before" | "during" | "after" ), FAULT ] ;
        recovery    = "within", DURATION, "after", FAULT, ":", comparison, { "and", comparison } ;
        comparison  = metric, ( "<" | "<=" | "=" | ">=" | ">" ), bound ;
        metric      = [ CHANNEL, "." ], entry
                    | ( "mean" | "max" | percentile ), "(", [ SUBJECT, "." ], "latency", ")"
                    | "amplification" | "throughput" | "misordered" | "spent", [ "(", PROVIDER, ")" ]
                    | "attempts", [ "(", PROVIDER, ")" ] | "errors", "(", PROVIDER, ")"
                    | "backlog", "(", TOPIC, ")" | jobs, "(", STAGE, ")" ;
        jobs        = "leases" | "leases-lost" | "fenced" | "refused" ;
        entry       = "submitted" | "delivered" | "late" | "expired" | "suppressed" | "dead-lettered" | "shed"
                    | "lost" | "in-flight" | "duplicates" | "undelivered" ;
        percentile  = "p", DIGITS, [ ".", DIGITS ] ;           (* p50 p99 p99.9 p999 *)
        bound       = COUNT | SHARE | DURATION | NUMBER | RATE ;
        """

    /// The grammar with what each part means, for a reference page.
    public static let markdown = """
        An expectation is one line of `expect:`.

        ```ebnf
        \(ebnf)
        ```

        | metric | meaning | bound |
        |---|---|---|
        | `lost`, `undelivered`, `late`, … | an entry of the ledger; `push.undelivered`: of one channel | a count (`= 0`, `< 10k`) or a share of what was submitted (`< 0.1%`) |
        | `p99(latency)`, `p99.9(push.latency)`, `mean(sender.latency)`, `max(apns.latency)` | latency from the intended send time, of all channels, a channel, a stage or a provider; undelivered messages count as infinite | a duration (`< 2s`) |
        | `amplification` | attempts over messages that needed one | a number (`< 1.4`) |
        | `attempts`, `attempts(apns)` | attempts at all providers, or at one | a count (`< 3M`) |
        | `errors(apns)` | share of attempts that the provider answered with an error | a share (`< 5%`) |
        | `backlog(outbox)` | messages appended to a topic and not yet taken, the largest value | a count (`< 10k`) |
        | `throughput` | delivered notifications per second | a rate (`> 100k/s`) |
        | `misordered` | deliveries after that of a later notification of the same recipient, from workloads with `ordered: true`, over the whole run | a count (`= 0`) |
        | `spent`, `spent(sms-a)` | what the providers took, at the policies' `prices`, over the whole run | a number (`< 120.5`), in the currency's units |
        | `leases(workers)`, `leases-lost(workers)`, `fenced(workers)`, `refused(workers)` | of a stage with `work`, over the whole run: leases, those that ran out, work refused because its worker no longer had the lease, submissions refused because a live task had their unique key | a count (`= 0`) |

        `before`, `during` and `after` a fault select messages by their intended send time. `within T after F: A and B`
        holds when, from some instant no later than T after F ends, all clauses hold over a trailing window of 10 s until
        the end. No samples means *not measured*, which is a failure. A scenario that says nothing about them also expects
        `lost = 0` and, without faults, `undelivered < 0.1%`.
        """

    static let percentileExamples = ["p50", "p90", "p95", "p99", "p999", "p9999"]
    static let functions =
        ["mean", "max", "attempts", "errors", "spent", "backlog"] + Expectation.JobEntry.allCases.map(\.rawValue)
    static let plainMetrics = ["amplification", "throughput", "attempts", "misordered", "spent"]
    static let entries = Expectation.LedgerEntry.allCases.map(\.rawValue)
    static let metricNames = entries + plainMetrics + functions + percentileExamples
}
