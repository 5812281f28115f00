// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import Testing

struct TaxonomyTests {
    private func verdict(_ dialect: ProviderDialect, _ status: UInt16, _ text: String? = nil) -> Verdict {
        let reason = text.map { Reason.named($0, in: dialect) } ?? .none
        return Taxonomy.classify(dialect, ProviderResponse(status: status, reason: reason))
    }

    @Test("every reason is found by its text, in its own dialect alone, and has a text of its own")
    func reasonsRoundTrip() throws {
        for dialect in ProviderDialect.allCases {
            let lines = Taxonomy.lines(dialect)
            #expect(Set(lines.map(\.text)).count == lines.count)
            #expect(Reason.all(dialect).count == lines.count)
            for (line, listed) in zip(lines, Reason.all(dialect)) {
                let reason = try #require(Reason(dialect: dialect, text: line.text))
                #expect(reason == listed)
                #expect(reason.text == line.text)
                #expect(reason.text(dialect) == line.text)
                #expect(reason.usualStatus == line.status)
                let response = ProviderResponse(status: line.status, reason: reason)
                #expect(Taxonomy.classify(dialect, response) == line.verdict)
            }
        }
        #expect(Reason(dialect: .fcm, text: "Unregistered") == nil)
        #expect(Reason.named("Unregistered", in: .fcm) == .unknown)
        #expect(Reason(dialect: .apns, text: "timed out") == .timedOut)
        #expect(Reason.none.text == "")
    }

    @Test("an unknown reason leaves the decision to the status")
    func unknownReason() {
        #expect(verdict(.apns, 410, "SomethingNew") == .suppressRecipient)
        #expect(verdict(.apns, 500, "SomethingNew") == .failOver)
        #expect(verdict(.fcm, 503, "Unregistered").errorClass == .failOver)
        #expect(verdict(.smtp, 421, "4.9.9").errorClass == .failOver)
        #expect(verdict(.smtp, 550, "5.9.9").errorClass == .permanent)
        #expect(verdict(.gateway, 999).errorClass == .permanent)
    }

    @Test("a reason of another dialect means nothing")
    func foreignReason() {
        let reason = Reason.named("Unregistered", in: .apns)
        #expect(Taxonomy.classify(.fcm, ProviderResponse(status: 503, reason: reason)) == .failOver)
        #expect(reason.text(.fcm) == "unknown")
    }

    @Test("APNs' 429 concerns one token and never counts against the provider; FCM's concerns the project and does")
    func tooManyRequests() {
        #expect(verdict(.apns, 429, "TooManyRequests") == .retryHere)
        #expect(verdict(.apns, 429).countsAgainstProvider == false)
        #expect(verdict(.fcm, 429, "QUOTA_EXCEEDED").errorClass == .throttled)
        #expect(verdict(.fcm, 429, "QUOTA_EXCEEDED").countsAgainstProvider)
        #expect(verdict(.fcm, 429, "QUOTA_EXCEEDED").defaultRetryAfterSeconds == 60)
        #expect(verdict(.sms, 429, "20429").errorClass == .throttled)
    }

    @Test("a plain 550, 551 or 553 may be a filter's refusal and is no strike; an enhanced code of the mailbox is one")
    func plainRefusal() {
        for status: UInt16 in [550, 551, 553] {
            #expect(verdict(.smtp, status) == .permanent)
            #expect(verdict(.smtp, status, "5.9.9") == .permanent)
        }
        #expect(verdict(.smtp, 550, "5.7.1") == .permanent)
        #expect(verdict(.smtp, 550, "5.1.1") == .suppressRecipient)
        #expect(verdict(.smtp, 553, "5.1.3") == .suppressRecipient)
    }

    @Test("what a provider says about one recipient never counts against it; its own trouble does")
    func countsAgainstProvider() {
        for dialect in ProviderDialect.allCases {
            for line in Taxonomy.lines(dialect) {
                switch line.verdict.errorClass {
                case .permanent, .suppressRecipient:
                    #expect(!line.verdict.countsAgainstProvider, "\(dialect) \(line.text)")
                case .stopSender, .throttled:
                    #expect(line.verdict.countsAgainstProvider, "\(dialect) \(line.text)")
                case .ok:
                    Issue.record("\(dialect) \(line.text) is not an error")
                case .retryHere, .retryNewConnection, .failOver:
                    break
                }
            }
        }
        for status: UInt16 in [500, 502, 503, 504] {
            #expect(verdict(.gateway, status).countsAgainstProvider)
        }
    }

    @Test("a recipient that is gone is suppressed, bad credentials stop the sender")
    func suppressAndStop() {
        #expect(verdict(.apns, 410, "Unregistered") == .suppressRecipient)
        #expect(verdict(.fcm, 404, "UNREGISTERED") == .suppressRecipient)
        #expect(verdict(.smtp, 550, "5.1.1") == .suppressRecipient)
        #expect(verdict(.apns, 403, "InvalidProviderToken") == .stopSender)
        #expect(verdict(.fcm, 401) == .stopSender)
        #expect(verdict(.smtp, 535) == .stopSender)
        #expect(verdict(.apns, 400, "BadDeviceToken") == .permanent)
    }

    @Test("a time-out and a reset may have been accepted, a refused connection was not")
    func unknownAcceptance() {
        for dialect in ProviderDialect.allCases {
            #expect(Taxonomy.classify(dialect, .timedOut).mayHaveBeenAccepted)
            #expect(Taxonomy.classify(dialect, .connectionReset).mayHaveBeenAccepted)
            #expect(!Taxonomy.classify(dialect, .connectionFailed).mayHaveBeenAccepted)
            #expect(Taxonomy.classify(dialect, .connectionFailed).countsAgainstProvider)
            #expect(ProviderResponse.timedOut.isError(dialect))
            #expect(!ProviderResponse.ok.isError(dialect))
        }
        #expect(!ProviderResponse(status: 201).isError(.sms))
        #expect(!ProviderResponse(status: 250).isError(.smtp))
    }
}
