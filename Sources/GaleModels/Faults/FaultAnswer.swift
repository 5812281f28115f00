// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleProviders

extension FaultKind.Parameter.Answer {
    /// The answers of a dialect that are of this sort, by its taxonomy, in the order of its table.
    public func answers(_ dialect: ProviderDialect) -> [ProviderResponse] {
        Reason.all(dialect).compactMap { reason in
            reason.usualStatus.map { ProviderResponse(status: $0, reason: reason) }
        }.filter { Self.sort(of: Taxonomy.classify(dialect, $0)) == self }
    }

    /// nil: a success, or something that stops the sender altogether, which a person mends.
    static func sort(of verdict: Verdict) -> FaultKind.Parameter.Answer? {
        switch verdict.errorClass {
        case .ok, .stopSender: nil
        case .throttled: .throttling
        case .permanent: .permanent
        case .suppressRecipient: .gone
        default: .passing
        }
    }
}

extension ProviderFault {
    /// Which kind its additional errors are; without an answer of their own they pass.
    var errorKind: FaultKind {
        guard let error else { return .providerErrors }
        // A reason belongs to one dialect; where there is none, HTTP's classes say it, which the gateway follows.
        let dialect = ProviderDialect.allCases.first { Reason.all($0).contains(error.reason) } ?? .gateway
        switch FaultKind.Parameter.Answer.sort(of: Taxonomy.classify(dialect, error)) {
        case .throttling: return .providerThrottling
        case .permanent: return .providerRejections
        case .gone: return .providerFalseWave
        case .passing, nil: return .providerErrors
        }
    }
}
