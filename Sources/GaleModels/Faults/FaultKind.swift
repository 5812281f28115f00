// SPDX-License-Identifier: Apache-2.0

/// Something that can go wrong, as a scenario's `faults:` can say it: whom it strikes, by which keys, how strong it may be drawn, and
/// which way it becomes milder.
///
/// `all` is the one list of them: the keys that a fault may have, what exploration draws, the ways in which shrinking weakens
/// a fault and the table of what was covered all come from it.
public struct FaultKind: Equatable, Sendable {
    /// Unique: `provider-brownout`.
    public var name: String
    public var family: Family
    public var target: Target
    /// One sentence for people.
    public var about: String
    /// In the order in which they are written.
    public var parameters: [Parameter]

    /// Groups of kinds that can be switched off together.
    public enum Family: String, CaseIterable, Sendable {
        /// Providers: capacity, answers, silence.
        case provider
        case store
        case network
        case broker
        /// Workers that crash or stand still.
        case process
        /// Recipients who change their mind.
        case people
        /// What passes between the delivery code and its host: answers, look-ups, wake-ups, sends and writes.
        case border
    }

    /// What a fault of this kind is aimed at.
    public enum Target: String, CaseIterable, Sendable {
        case provider, store, link
        /// A node of a Kafka broker.
        case brokerNode
        case stage
        /// A stage with a `deliver` step.
        case deliveringStage
        /// A stage that delivers by a policy which asks for consent.
        case consentingStage
        /// A stage with a `work` step.
        case leasingStage

        /// The key of a fault that names it, which is the kind of what it names.
        public var key: String {
            switch self {
            case .provider, .store, .link: rawValue
            case .brokerNode: "broker"
            case .stage, .deliveringStage, .consentingStage, .leasingStage: "stage"
            }
        }
    }

    /// One key of a fault, and what may be drawn for it.
    public struct Parameter: Equatable, Sendable {
        public var key: String
        public var values: Values
        /// Left out in half of the draws.
        public var isOptional: Bool

        /// What is drawn; `milder` is the end towards which the fault harms less.
        public enum Values: Equatable, Sendable {
            /// Millionths.
            case share(ClosedRange<Int64>, milder: Milder)
            /// Millionths.
            case factor(ClosedRange<Int64>, milder: Milder)
            /// Nanoseconds.
            case time(ClosedRange<Int64>, milder: Milder)
            /// Always `true`.
            case flag
            /// One of these words, the mildest first.
            case words([String])
            /// An error that the provider's dialect knows.
            case answer(Answer)
            /// The number of a node, of a first replica, and how many replicas: of those that there are.
            case node, replica, replicas
            /// A channel of the scenario, or none, which means all.
            case channel
        }

        public enum Milder: Sendable { case lower, upper }

        /// Which errors: those that pass, those that say "too many", those that say that the notification can never be delivered, or
        /// those that say that its recipient is gone.
        public enum Answer: Sendable { case passing, throttling, permanent, gone }

        public init(_ key: String, _ values: Values, isOptional: Bool = false) {
            self.key = key
            self.values = values
            self.isOptional = isOptional
        }
    }

    init(_ name: String, _ family: Family, _ target: Target, _ about: String, _ parameters: [Parameter]) {
        self.name = name
        self.family = family
        self.target = target
        self.about = about
        self.parameters = parameters
    }
}
