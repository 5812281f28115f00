// SPDX-License-Identifier: Apache-2.0

/// Texts that have broken readers of configuration before.
enum OddText {
    static let numbers = [
        "0", "-1", "1", "2", "-0", "0.0", "1e308", "1e-308", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "4294967295", "4294967296", "65535", "65536", "1000000",
        "0.000000001", "1e-9", "0.1", "NaN", "nan", "inf", "-inf", ".inf", "", ".", "..", "1.", ".5", "0x10", "0b1",
        "1_000",
        "+5", "١٢", "99999999999999999999999999", "0.9999999999999999999", "999999999", "100", "1000000000000",
    ]
    static let units = [
        "", "ns", "us", "ms", "s", "min", "h", "d", "y", "/s", "/min", "/h", "k/s", "M/s", "G/s", "G/h", "%", "x", "k",
        "M",
        "G", "B", "KiB", "MiB", "GiB", "kB", "GB", "µs", " s", "S", "m",
    ]
    static let scalars = [
        "none", "all", "true", "false", "yes", "~", "null", "unbounded", "queue", "reset", "open", "closed", "direct",
        "kafka",
        "hold", "park", "retry-topic", "fixed", "exponential", "decorrelated", "uniform", "poisson", "on-admission",
        "..",
        "../x", "/dev/zero", "/etc/passwd", ".", "/", "a/b", "\u{0}", "\u{7}", "\u{FEFF}", "\u{202E}abc", "e\u{301}",
        "😀",
        "503", "200", "599", "600", "65536", "503 x", "429 QUOTA_EXCEEDED", "410 Unregistered", "-", "--", "?", ":",
        "#", "%",
        "@", "`", "!", "'", "\"", "\\", "\n", "name: x", "{a: b}", "[", "zipf 0", "zipf 10", "zipf 1.1", "zipf -1",
        "zipf NaN",
    ]
    static let raw = [
        "*a", "&a x", "&a [*a]", "!!binary aGk=", "!!int 5", "!!float 1", "!!set {a, b}", "!!omap [a: 1]", "!foo bar",
        "!<tag:x> y",
        "<<: *a", "{<<: {a: 1}}", "? x", "[", "]", "{", "}", "{a: 1, a: 2}", "|", ">", "|2-", "'", "\"", "\"\\x\"",
        "\"\\u0000\"", "\"\\UFFFFFFFF\"", "%YAML 1.1", "---", "...", "@x", "`x", "\t", "- x", "a: b: c", "# x",
        "[[[[[[]]]]]]",
        "{? {a: b} : c}", "{[a]: b}", "!!null x", "!!map {}", "!!str", "{,}", "[,]", "''", "\"\"", "0o7", "2001-01-01",
        "1:30",
    ]
    static let distributions = [
        "constant", "uniform", "exponential mean", "lognormal median", "gamma mean", "erlang shape", "weibull shape",
        "pareto min", "hyperexponential mean", "empirical",
    ]
    static let parameters = [
        "mean", "median", "p99", "p999", "p75", "sigma", "cv", "shape", "scale", "alpha", "min", "..",
    ]
    static let metrics = [
        "lost", "undelivered", "duplicates", "amplification", "expired", "shed", "late", "delivered", "submitted",
        "p99", "p50",
        "p100", "p0", "p99.999", "p", "mean", "max", "backlog", "throughput", "errors", "utilisation", "attempts",
        "latency",
    ]
    static let signs = ["<", "<=", "=", ">=", ">", "!=", "==", "<<", "", "=<"]
}
