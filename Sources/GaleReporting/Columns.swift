// SPDX-License-Identifier: GPL-3.0-or-later

/// Text in columns of equal width.
enum Columns {
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Rows of equally many cells, two blanks apart.
    /// - Parameter right: indices of columns that are flush right; nil means all but the first.
    static func table(_ rows: [[String]], right flushRight: Set<Int>? = nil) -> [String] {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                flushRight?.contains(column) ?? (column > 0)
                    ? self.right(text, widths[column]) : left(text, widths[column])
            }.joined(separator: "  ")
        }
    }
}
