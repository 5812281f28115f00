// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of GSL that Gale uses. GSL's global generator variables are left out: they are concurrency errors in Swift 6.
#ifndef GALE_CGSL_SHIM_H
#define GALE_CGSL_SHIM_H
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>
#endif
