// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleReporting
import Testing

@Suite("report.html")
struct ReportPageTests {
    @Test("Every value of the ledger, the latencies, the faults and the expectations has its key and exact value")
    func keysAndValues() {
        let page = Page(Fixture.rich)
        for expected in [
            "data-key=\"ledger.submitted\" data-value=\"43200000\">43,200,000<",
            "data-key=\"ledger.duplicates\" data-value=\"4321\">4,321<",
            "data-key=\"latency.push.p99\" data-value=\"\(2.4129 * 1.3)\">3.14 s<",
            "data-key=\"latency.in-app.count\" data-value=\"840000\">840,000<",
            "data-key=\"amplification\" data-value=\"2.3123456789\">2.31<",
            "data-key=\"seed\" data-value=\"18446744073709551615\">18446744073709551615<",
            "data-key=\"providers.smtp.answers.421 4\\.7\\.0\" data-value=\"20000\">20,000<",
            "data-key=\"faults.1.inert\" data-value=\"true\">inert<",
            "data-key=\"expectations.3.value\" data-value=\"inf\">inf<",
            "data-key=\"expectations.0.held\" data-value=\"true\">✓ held<",
            "data-key=\"verdict.passed\" data-value=\"false\">Fail<",
            "data-key=\"stages.sender.utilisation\" data-value=\"0.99995\">&gt; 99.99 %<",
        ] {
            let isThere = page.has(expected)
            #expect(isThere, "\(expected)")
        }
    }

    @Test("The verdict comes before everything else, and the command that reproduces the run is there")
    func verdictFirst() throws {
        let page = Page(Fixture.rich)
        let body = try #require(page.position(of: "<body>"))
        let verdict = try #require(page.position(of: "data-key=\"verdict.passed\""))
        let firstTable = try #require(page.position(of: "<table"))
        #expect(body < verdict && verdict < firstTable)
        #expect(page.has("<code id=\"command\">\(Fixture.rich.reproduction)</code>"))
        #expect(page.has("3 of 6 expectations failed."))
        #expect(page.has("<code>amplification &lt; 1.4</code> was <strong>2.31</strong>"))
    }

    @Test("No name or text can leave its place on the page")
    func hostileTexts() throws {
        let page = Page(Fixture.hostile)
        #expect(!page.has("<img"))
        #expect(!page.has("<!-- is inert"))
        // The page's data, the library and the page's script, and nothing else.
        #expect(page.count(of: "<script") == 3)
        #expect(page.count(of: "</script") == 3)
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let carried = try decoder.decode(RunResult.self, from: Data(try #require(page.data).utf8))
        #expect(carried.summary == Fixture.hostile.summary)
        #expect(carried.topicSeries[0].topic == Fixture.hostileText)
    }

    @Test("No event handler is written inline, and nothing is fetched from elsewhere", arguments: [true, false])
    func selfContained(hasCharts: Bool) {
        let page = Page(Fixture.rich, library: hasCharts ? Page.library : nil).withoutLibrary
        for address in ["http:", "https:", "//www", "url(", "@import"] { #expect(!page.has(address), "\(address)") }
        #expect(page.attributes("src").isEmpty)
        for place in page.attributes("href") { #expect(place.hasPrefix("#") || place == "data:,") }
        let handlers = ["click", "load", "error", "change", "input", "focus", "toggle"].filter { page.has(" on\($0)=") }
        #expect(handlers.isEmpty)
        #expect(page.has("default-src &#39;none&#39;"))
    }

    @Test("Each place in the navigation exists, and no identifier is used twice")
    func navigation() {
        for page in [Page(Fixture.rich), Page(Fixture.rich, library: nil), Page(Fixture.empty)] {
            let identifiers = page.withoutLibrary.attributes("id")
            #expect(Set(identifiers).count == identifiers.count)
            for place in page.withoutLibrary.attributes("href") where place.hasPrefix("#") {
                #expect(identifiers.contains(String(place.dropFirst())))
            }
            for name in page.withoutLibrary.attributes("aria-labelledby") { #expect(identifiers.contains(name)) }
        }
    }

    @Test("Without the chart library the page has its tables and says how to get the charts")
    func withoutCharts() {
        let page = Page(Fixture.rich, library: nil)
        #expect(page.has("id=\"charts-missing\"") && page.has("Scripts/fetch-echarts"))
        #expect(page.attributes("data-chart").isEmpty)
        let complete = Page(Fixture.rich)
        #expect(!complete.has("id=\"charts-missing\""))
        #expect(complete.attributes("data-chart").count == 12)
        #expect(page.attributes("data-key") == complete.attributes("data-key"))
    }

    @Test("The chart library's licence is named, and its text is kept but for what would end it")
    func licence() {
        let page = Page(Fixture.rich)
        #expect(page.has("licensed under the Apache License, Version 2.0"))
        #expect(page.has("/* Apache-2.0 */ window.echarts = null; // <\\/script>"))
    }

    @Test("A run that measured nothing still has a page: what is infinite is inf, what is missing a dash")
    func emptyRun() {
        let page = Page(Fixture.empty)
        #expect(page.has("data-key=\"amplification\" data-value=\"inf\">inf<"))
        #expect(page.has("data-key=\"latency.all.p99\" data-value=\"null\">–<"))
        #expect(page.has("interrupted at 0 s"))
        #expect(page.has("Nothing was expected."))
        #expect(!page.has("id=\"faults\"") && !page.has("id=\"providers\""))
    }

    @Test("The page depends on nothing but the result")
    func deterministic() {
        let isSame = Page(Fixture.rich).text == Page(Fixture.rich).text
        #expect(isSame)
    }
}
