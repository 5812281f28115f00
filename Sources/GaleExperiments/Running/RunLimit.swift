// SPDX-License-Identifier: GPL-3.0-or-later

/// A limit of the process that makes a run, which the kernel cannot see.
public enum RunLimit: String, Codable, Sendable { case wall, memory }
