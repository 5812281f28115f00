// SPDX-License-Identifier: GPL-3.0-or-later
import CGSL

/// The state of the GSL library.
enum GSL {
    /// Reading this turns GSL's error handler, which aborts the process, off once: a function outside its domain then gives NaN.
    static let errorsAreValues: Bool = {
        _ = gsl_set_error_handler_off()
        return true
    }()
}
