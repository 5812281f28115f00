// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// `report.html`: one file that opens without a network.
public enum ReportPage {
    /// - Parameter chartLibrary: the text of ECharts; nil leaves the tables and says how to get the charts.
    public static func render(_ result: RunResult, chartLibrary: String?) -> String {
        ""
    }
}
