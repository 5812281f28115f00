// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What a log may hold: bounds for who writes one, and for who reads one of unknown origin.
public enum LogLimits {
    public static let version = 1
    /// Of the whole log: about two million inputs with their actions.
    public static let bytes = 512 << 20
    public static let scenarioBytes = 1 << 20
    public static let lineBytes = 512
    public static let actionsPerInput = 1 << 20
    /// Of every time and length of time: 100 years, so that sums stay far from overflowing.
    public static let nanoseconds: Int64 = 100 * 365 * 86_400 * 1_000_000_000
    public static let slots = 1 << 20
}
