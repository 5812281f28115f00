// SPDX-License-Identifier: Apache-2.0

/// Collects what is wrong while a scenario is read, so that one pass finds several mistakes.
final class Diagnostics {
    /// Past this, further mistakes are only counted.
    static let limit = 100

    private(set) var errors: [Diagnostic] = []
    /// Further mistakes would not be kept, so nothing need be found out about them.
    var isFull: Bool { errors.count >= Self.limit }

    private(set) var warnings: [Diagnostic] = []

    func error(_ message: String, at place: Place, suggestion: String? = nil, remedy: String? = nil) {
        // A mistake that two checks find is one mistake.
        if errors.contains(where: { $0.location == place.location && $0.message == message }) { return }
        guard errors.count < Self.limit else { return }
        errors.append(
            Diagnostic(
                location: place.location, message: message, suggestion: suggestion, remedy: remedy,
                sourceLine: place.source.line(place.line)))
    }

    func warning(_ message: String, at place: Place, suggestion: String? = nil, remedy: String? = nil) {
        guard warnings.count < Self.limit else { return }
        warnings.append(
            Diagnostic(
                severity: .warning, location: place.location, message: message, suggestion: suggestion, remedy: remedy,
                sourceLine: place.source.line(place.line)))
    }

    /// The same so far; what comes then is not kept in this one.
    func copy() -> Diagnostics {
        let copy = Diagnostics()
        copy.errors = errors
        copy.warnings = warnings
        return copy
    }

    /// An error that was found elsewhere.
    func add(_ error: Diagnostic, prefix: String) {
        guard errors.count < Self.limit else { return }
        var error = error
        error.message = prefix + error.message
        errors.append(error)
    }

    /// Reports that `name` is not among `valid`, with the nearest of them, or all of them when they are few.
    func unknown(
        _ what: String, _ name: String, among valid: [String], in owner: String? = nil, at place: Place,
        remedy: String? = nil
    ) {
        if isFull { return }
        let nearest = NearestName.of(name, among: valid)
        var help = remedy
        if help == nil, !valid.isEmpty {
            let shown = valid.prefix(40).joined(separator: ", ")
            help = "valid here: \(shown)\(valid.count > 40 ? ", …" : "")"
        }
        let inside = owner.map { " in \($0)" } ?? ""
        error("unknown \(what) '\(name.shortened)'\(inside)", at: place, suggestion: nearest, remedy: help)
    }

    /// Throws when there is any error; errors come in the order of their places.
    func throwErrors() throws(ScenarioError) {
        if errors.isEmpty { return }
        throw ScenarioError(diagnostics: errors)
    }
}
