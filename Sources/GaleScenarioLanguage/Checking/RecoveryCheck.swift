// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives

/// Warns of a recovery that somebody asks for and nobody will see: the load ends before the time is over that it may take.
struct RecoveryCheck {
    let world: WorldSpecification
    let diagnostics: Diagnostics

    /// - Parameters:
    ///   - rule: nil: nobody looks.
    ///   - place: where it is asked for.
    func check(_ rule: RecoveryRule?, at place: Place) {
        guard let (ended, within) = rule?.bound(after: world.faults), ended + within > world.duration else { return }
        let needed = ended + within
        diagnostics.warning(
            "a pipeline that does not recover is not told from one that does: the last fault ends at \(ended), recovery may take "
                + "\(within), and the load ends at \(world.duration)", at: place,
            remedy: "a `duration` of \(needed) or more, or a shorter `recovery: {within}`")
    }
}
