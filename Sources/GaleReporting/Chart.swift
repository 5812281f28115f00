// SPDX-License-Identifier: GPL-3.0-or-later

/// A place on the page where the script draws a chart.
struct Chart {
    var id: String
    var title: String
    var note: String
    /// For who can't see it.
    var label: String

    var markup: HTML {
        """
        <figure>
        <figcaption><h3>\(title)</h3><p>\(note)</p></figcaption>
        <div class="controls" data-controls="\(id)"></div>
        <div class="chart" data-chart="\(id)" role="img" aria-label="\(label)"></div>
        <div class="legend" data-legend="\(id)"></div>
        </figure>
        """
    }
}
