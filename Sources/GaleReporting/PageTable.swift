// SPDX-License-Identifier: GPL-3.0-or-later

/// A table on the page, in a region that scrolls sideways on a narrow screen.
struct PageTable {
    struct Column {
        var title: String
        var isNumber = true

        static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
        static func number(_ title: String) -> Column { Column(title: title) }
    }

    struct Row {
        var style: String?
        /// The first cell heads its row.
        var cells: [HTML]

        init(_ cells: [HTML], style: String? = nil) {
            self.cells = cells
            self.style = style
        }
    }

    var caption: String
    var style: String?
    var columns: [Column]
    var rows: [Row]

    var markup: HTML {
        let heads = columns.map { column -> HTML in
            "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "" as HTML)>\(column.title)</th>"
        }
        return """
            <div class="table" role="region" aria-label="\(caption)" tabindex="0"><table\(attribute(style))>
            <caption><span>\(caption)</span></caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>\(rows.map(line))</tbody>
            </table></div>
            """
    }

    private func line(_ row: Row) -> HTML {
        let cells = zip(columns, row.cells).enumerated().map { index, pair -> HTML in
            let (column, cell) = pair
            if index == 0 { return "<th scope=\"row\">\(cell)</th>" }
            return "<td\(attribute(column.isNumber ? "number" : nil))>\(cell)</td>"
        }
        return "<tr\(attribute(row.style))>\(cells)</tr>\n"
    }

    private func attribute(_ style: String?) -> HTML {
        guard let style else { return "" }
        return " class=\"\(style)\""
    }
}
