// SPDX-License-Identifier: GPL-3.0-or-later
import CGSL
import Glibc

/// GSL's special functions, and the C library's, under Swift names. NaN outside their domain.
public enum SpecialFunctions {
    /// The logarithm of the gamma function, for `x > 0`.
    public static func logGamma(_ x: Double) -> Double {
        _ = GSL.errorsAreValues
        return gsl_sf_lngamma(x)
    }

    /// The regularised lower incomplete gamma function P(`shape`, `x`).
    public static func incompleteGamma(shape: Double, _ x: Double) -> Double {
        _ = GSL.errorsAreValues
        return gsl_sf_gamma_inc_P(shape, x)
    }

    /// 1 − P(`shape`, `x`), accurate where it is small.
    public static func incompleteGammaComplement(shape: Double, _ x: Double) -> Double {
        _ = GSL.errorsAreValues
        return gsl_sf_gamma_inc_Q(shape, x)
    }

    public static func errorFunction(_ x: Double) -> Double {
        gsl_sf_erf(x)
    }

    /// 1 − erf(`x`), accurate where it is small.
    public static func complementaryErrorFunction(_ x: Double) -> Double {
        gsl_sf_erfc(x)
    }

    public static func exponential(_ x: Double) -> Double {
        exp(x)
    }

    /// The natural logarithm.
    public static func logarithm(_ x: Double) -> Double {
        log(x)
    }

    public static func power(_ x: Double, _ y: Double) -> Double {
        pow(x, y)
    }
}
