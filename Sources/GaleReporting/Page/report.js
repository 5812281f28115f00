// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";

// Draws the page's charts from the JSON that it carries. Without the chart library it only makes the copy button work.
(() => {
    const run = JSON.parse(document.getElementById("run").textContent);
    const root = document.documentElement;
    const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
    const charts = [];

    // MARK: Numbers

    const plain = (value, digits = 3) => {
        if (value === 0) return "0";
        const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)) + 1e-9));
        return String(Number(value.toFixed(Math.min(12, decimals))));
    };

    const duration = (seconds) => {
        if (seconds === null || seconds === undefined) return "–";
        const size = Math.abs(seconds);
        if (size === 0) return "0 s";
        if (size < 0.9995e-6) return plain(seconds * 1e9) + " ns";
        if (size < 0.9995e-3) return plain(seconds * 1e6) + " µs";
        if (size < 0.9995) return plain(seconds * 1e3) + " ms";
        if (size < 119.95) return plain(seconds) + " s";
        if (size < 7197) return plain(seconds / 60) + " min";
        return plain(seconds / 3600) + " h";
    };

    /// A power of ten; what is longer than a second stays in seconds.
    const decade = (seconds) => (seconds < 0.9995 ? duration(seconds) : plain(seconds).replace(/000$/, ",000") + " s");

    const amount = (value) => {
        const size = Math.abs(value);
        if (size < 1e3) return plain(value);
        if (size < 999.5e3) return plain(value / 1e3) + " k";
        if (size < 999.5e6) return plain(value / 1e6) + " M";
        return plain(value / 1e9) + " bn";
    };

    const rate = (value) => amount(value) + "/s";

    const clock = (seconds) => {
        const whole = Math.round(seconds * 1000) / 1000;
        const rest = plain(whole % 60, 5);
        const padded = whole % 60 < 10 ? "0" + rest : rest;
        const minutes = Math.floor(whole / 60);
        if (minutes < 60) return minutes + ":" + padded;
        return Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0") + ":" + padded;
    };

    /// 0 is 0 %, 1 is 90 %, 2 is 99 %, 3 is 99.9 %.
    const nines = (exponent) => {
        if (exponent === 0) return "0 %";
        if (exponent === 1) return "90 %";
        return "99" + (exponent > 2 ? "." + "9".repeat(exponent - 2) : "") + " %";
    };

    // MARK: Look

    const theme = () => {
        const style = getComputedStyle(root);
        const read = (name) => style.getPropertyValue(name).trim();
        return {
            ink: read("--ink"), soft: read("--soft"), line: read("--line"), sheet: read("--sheet"),
            bad: read("--hue-1"), band: read("--band"), font: read("--sans"),
            hues: [0, 1, 2, 3, 4, 5, 6, 7].map((index) => read("--hue-" + index)),
        };
    };

    const dashes = ["solid", "dashed", "dotted"];
    const hue = (look, index) => look.hues[index % look.hues.length];
    /// More series than hues differ by their dashes.
    const dash = (look, index) => dashes[Math.floor(index / look.hues.length) % dashes.length];

    // MARK: Parts of a chart

    const slots = Math.max(
        0, ...run.channelSeries.map((series) => series.submitted.length),
        ...run.providerSeries.map((series) => series.attempts.length),
        ...run.topicSeries.map((series) => series.backlog.length),
        ...run.storeSeries.map((series) => series.calls.length));
    const end = slots * run.slotSeconds;
    /// A value belongs to the middle of its slot, a backlog to the end.
    const points = (values, place = 0.5) => values.map((value, slot) => [(slot + place) * run.slotSeconds, value]);
    const perSecond = (values) => values.map((value) => value / run.slotSeconds);

    /// Steps that read well on a clock.
    const clockStep = (span, marks) => {
        const steps = [
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
            3600, 7200, 14400, 21600, 43200, 86400,
        ];
        return steps.find((step) => span / step <= marks) || 86400 * Math.ceil(span / 86400 / marks);
    };

    const timeAxis = (look, width) => ({
        type: "value", min: 0, max: end, interval: clockStep(end, Math.max(2, Math.floor(width / 64))),
        axisLabel: {
            color: look.soft, formatter: clock, hideOverlap: true, margin: 9, alignMinLabel: "left", alignMaxLabel: "right",
        },
        axisLine: { lineStyle: { color: look.line } }, axisTick: { lineStyle: { color: look.line } },
        splitLine: { show: false },
        axisPointer: { label: { formatter: (params) => clock(params.value) } },
    });

    const valueAxis = (look, formatter, more = {}) => ({
        type: "value", min: 0, splitNumber: 4,
        axisLabel: { color: look.soft, formatter }, axisLine: { show: false }, axisTick: { show: false },
        splitLine: { lineStyle: { color: look.line } }, ...more,
    });

    const logAxis = (look, values, more = {}) => {
        const positive = values.filter((value) => value > 0);
        const low = positive.length ? Math.floor(Math.log10(Math.min(...positive)) + 1e-9) : -3;
        const high = positive.length ? Math.ceil(Math.log10(Math.max(...positive)) - 1e-9) : 0;
        return valueAxis(look, decade, {
            type: "log", min: 10 ** low, max: 10 ** Math.max(high, low + 1), splitNumber: 4, ...more,
        });
    };

    /// Faults as bands behind the lines, and where the load ends.
    const marks = (look, small) => {
        const label = (text) => ({
            show: !small, formatter: () => text, color: look.ink, fontSize: 11, position: "insideTopLeft", distance: 5,
        });
        const bands = run.summary.faults.map((fault, index) => [
            {
                xAxis: fault.atSeconds,
                itemStyle: {
                    color: look.band, opacity: fault.inert ? 0.07 : 0.2, borderColor: look.band,
                    borderWidth: fault.inert ? 1 : 0, borderType: "dashed",
                },
                // Neighbours take turns in two rows, so that their names don't overlap.
                label: { ...label(fault.name + (fault.inert ? " (inert)" : "")), offset: [0, 14 * (index % 2)] },
            },
            { xAxis: Math.min(end, fault.atSeconds + Math.max(Number(fault.lengthSeconds) || end, end / 400)) },
        ]);
        const drain = run.loadEndsSeconds < end ? [{ xAxis: run.loadEndsSeconds }] : [];
        return {
            markArea: { silent: true, data: bands },
            markLine: {
                silent: true, symbol: "none", data: drain, lineStyle: { color: look.soft, type: "dotted", width: 1 },
                label: {
                    show: !small, formatter: () => "load ends", color: look.soft, fontSize: 11,
                    position: "insideEndTop",
                },
            },
        };
    };

    const line = (look, name, data, color, more = {}) => ({
        type: "line", name, data, color, symbol: "none", showSymbol: false, sampling: "lttb",
        lineStyle: { width: 1.75, color, ...(more.lineStyle || {}) }, emphasis: { disabled: true },
        ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "lineStyle")),
    });

    /// A colour laid over another.
    const blend = (over, under, share) => {
        const parts = (text) => [1, 3, 5].map((place) => parseInt(text.slice(place, place + 2), 16));
        const [front, back] = [parts(over), parts(under)];
        return `rgb(${front.map((value, index) => Math.round(value * share + back[index] * (1 - share))).join(",")})`;
    };

    const element = (tag, text, style) => {
        const node = document.createElement(tag);
        if (text !== undefined) node.textContent = text;
        if (style) node.className = style;
        return node;
    };

    /// The tooltip is made of nodes, so that no name can become markup.
    const tip = (title, rows) => {
        const box = element("div", undefined, "tip");
        box.append(element("b", title));
        for (const row of rows) {
            const entry = element("div");
            const name = element("span");
            const mark = element("i");
            mark.style.background = row.color;
            name.append(mark, row.name);
            entry.append(name, element("span", row.value, row.value === "–" ? "none" : undefined));
            box.append(entry);
        }
        return box;
    };

    const tooltip = (look, title, value) => ({
        trigger: "axis", confine: true, backgroundColor: look.sheet, borderColor: look.line, padding: [8, 12],
        axisPointer: { type: "line", lineStyle: { color: look.soft, width: 1 } },
        formatter: (params) => tip(
            title(params[0]),
            params.map((entry) => ({ name: entry.seriesName, color: entry.color, value: value(entry) }))),
    });

    const overTime = (look, format) => tooltip(
        look, (first) => "at " + clock(first.axisValue), (entry) => format(entry.value[1]));

    const frame = (look, more) => ({
        animation: false, backgroundColor: "transparent",
        textStyle: { fontFamily: look.font, color: look.ink, fontSize: 12 },
        legend: { show: false },
        grid: { left: 8, right: 14, top: 14, bottom: 10, containLabel: true },
        ...more,
    });

    // MARK: The charts

    let channel = 0;

    const latencyOverTime = (look, width) => {
        const series = run.channelSeries[channel];
        const finite = (values) => values.map((value) => (value > 0 ? value : null));
        const all = run.channelSeries.flatMap((each) => [each.p50, each.p99, each.p999]).flat();
        const curves = [["p50", series.p50, 2, "dotted"], ["p99", series.p99, 0, "solid"], ["p99.9", series.p999, 3, "dashed"]];
        return frame(look, {
            xAxis: timeAxis(look, width), yAxis: logAxis(look, all),
            tooltip: overTime(look, duration),
            series: curves.map(([name, values, index, type], order) => line(
                look, name, points(finite(values)), hue(look, index),
                { lineStyle: { type }, sampling: undefined, ...(order === 0 ? marks(look) : {}) })),
        });
    };

    const throughput = (look, width, hidden) => {
        const sum = (key) => Array.from({ length: slots }, (_, slot) =>
            run.channelSeries.reduce((total, series) => total + (series[key][slot] || 0), 0));
        // The heights are added up here: the library stacks along time when both axes are numbers.
        const below = new Array(slots).fill(0);
        const areas = run.channelSeries.map((series, index) => {
            const own = perSecond(series.throughput);
            const data = own.map((value, slot) => {
                if (!hidden.has(series.channel)) below[slot] += value;
                return [(slot + 0.5) * run.slotSeconds, below[slot], value];
            });
            return line(look, series.channel, data, hue(look, index), {
                // The lower ones lie in front, and hide the area below them.
                z: 2 + run.channelSeries.length - index, sampling: undefined, isStacked: true,
                areaStyle: { color: blend(hue(look, index), look.sheet, 0.62), opacity: 1 }, lineStyle: { width: 0.75 },
            });
        });
        return frame(look, {
            xAxis: timeAxis(look, width), yAxis: valueAxis(look, rate),
            tooltip: tooltip(
                look, (first) => "at " + clock(first.axisValue),
                (entry) => rate(entry.value.length > 2 ? entry.value[2] : entry.value[1])),
            series: [
                ...areas,
                line(look, "submitted", points(perSecond(sum("submitted"))), look.ink, { z: 20, lineStyle: { type: "dashed", width: 1.25 }, ...marks(look) }),
                line(look, "sent then, never delivered", points(perSecond(sum("undelivered"))), look.hues[7], { z: 21, lineStyle: { type: "dotted", width: 2 } }),
            ],
        });
    };

    const backlog = (look, width) => frame(look, {
        xAxis: timeAxis(look, width), yAxis: valueAxis(look, amount), tooltip: overTime(look, amount),
        series: run.topicSeries.map((series, index) => line(
            look, series.topic, points(series.backlog, 1), hue(look, index), {
                areaStyle: { opacity: 0.12 }, lineStyle: { type: dash(look, index) },
                ...(index === 0 ? marks(look) : {}),
            })),
    });

    const breakdown = (look) => {
        const places = run.breakdown.length ? run.breakdown[0].spans.map((span) => span.name) : [];
        return frame(look, {
            grid: { left: 8, right: 22, top: 8, bottom: 10, containLabel: true },
            xAxis: { type: "value", min: 0, max: 1, axisLabel: { color: look.soft, formatter: (share) => Math.round(share * 100) + " %" }, splitLine: { lineStyle: { color: look.line } }, interval: 0.25 },
            yAxis: {
                type: "category", inverse: true, data: run.breakdown.map((each) => each.channel),
                axisLine: { show: false }, axisTick: { show: false },
                axisLabel: {
                    color: look.ink, width: 96, overflow: "truncate",
                    formatter: (name, index) => name + "\n" + duration(
                        run.breakdown[index].spans.reduce((sum, span) => sum + span.meanSeconds, 0)),
                    lineHeight: 15,
                },
            },
            tooltip: {
                ...tooltip(look, (first) => first.name, (entry) => duration(
                    run.breakdown[entry.dataIndex].spans[entry.seriesIndex].meanSeconds)),
                axisPointer: { type: "none" },
            },
            series: places.map((place, index) => ({
                type: "bar", name: place, stack: "time", barWidth: "56%", color: hue(look, index),
                itemStyle: { borderColor: look.sheet, borderWidth: 0.5 }, emphasis: { disabled: true },
                data: run.breakdown.map((each) => {
                    const total = each.spans.reduce((sum, span) => sum + span.meanSeconds, 0);
                    return total > 0 && each.spans[index] ? each.spans[index].meanSeconds / total : 0;
                }),
            })),
        });
    };

    const distribution = (look) => {
        const curves = run.distributions.map((each) => ({
            name: each.name,
            data: each.points.filter((point) => point.quantile < 1 && point.seconds > 0)
                .map((point) => [-Math.log10(1 - point.quantile), point.seconds, point.quantile]),
        }));
        const farthest = Math.max(1, ...curves.map((curve) => (curve.data.length ? curve.data[curve.data.length - 1][0] : 0)));
        return frame(look, {
            xAxis: {
                type: "value", min: 0, max: Math.ceil(farthest), interval: 1,
                axisLabel: { color: look.soft, formatter: nines, hideOverlap: true, margin: 9, alignMinLabel: "left", alignMaxLabel: "right" },
                axisLine: { lineStyle: { color: look.line } }, axisTick: { lineStyle: { color: look.line } },
                splitLine: { lineStyle: { color: look.line } },
            },
            yAxis: logAxis(look, curves.flatMap((curve) => curve.data.map((point) => point[1]))),
            tooltip: tooltip(
                look, (first) => "at " + plain(first.value[2] * 100, 8) + " %", (entry) => duration(entry.value[1])),
            series: curves.map((curve, index) => {
                const color = index === 0 ? look.ink : hue(look, index - 1);
                return line(look, curve.name, curve.data, color, {
                    sampling: undefined,
                    lineStyle: { width: index === 0 ? 2.25 : 1.5, type: index === 0 ? "solid" : dashes[(index - 1) % 2] },
                });
            }),
        });
    };

    /// One provider or store: what was asked of it, and what went wrong.
    const asked = (look, width, curves) => frame(look, {
        grid: { left: 8, right: 10, top: 8, bottom: 10, containLabel: true },
        xAxis: timeAxis(look, width), yAxis: valueAxis(look, amount, { splitNumber: 2 }),
        tooltip: overTime(look, rate),
        series: curves.map(([name, values, index, type], order) => line(
            // What never happened has no line: it would look like the axis.
            look, name, values.some((value) => value > 0) ? points(perSecond(values)) : [], hue(look, index), {
                areaStyle: { opacity: order === 0 ? 0.1 : order === 1 ? 0.3 : 0 }, lineStyle: { width: 1.25, type },
                ...(order === 0 ? marks(look, true) : {}),
            })),
    });

    const provider = (index) => (look, width) => {
        const series = run.providerSeries[index];
        return asked(look, width, [
            ["attempts", series.attempts, 0, "solid"], ["errors", series.errors, 1, "solid"],
            ["time-outs", series.timeouts, 3, "dotted"],
        ]);
    };

    const store = (index) => (look, width) => {
        const series = run.storeSeries[index];
        return asked(look, width, [["calls", series.calls, 0, "solid"], ["errors", series.errors, 1, "solid"]]);
    };

    // MARK: On the page

    /// Legend entries as buttons: they wrap, and a keyboard reaches them.
    const legend = (chart) => {
        const place = document.querySelector(`[data-legend="${chart.id}"]`);
        if (!place) return;
        place.replaceChildren();
        const option = chart.option;
        for (const series of option.series) {
            const isBlock = series.type === "bar" || series.isStacked;
            const mark = element("i", undefined, isBlock ? "block" : series.lineStyle.type);
            mark.style.color = series.color;
            mark.style.borderColor = series.color;
            const entry = element(chart.isShared ? "span" : "button");
            entry.append(mark, series.name);
            if (!chart.isShared) {
                entry.type = "button";
                entry.setAttribute("aria-pressed", String(!chart.hidden.has(series.name)));
                entry.addEventListener("click", () => {
                    if (!chart.hidden.delete(series.name)) chart.hidden.add(series.name);
                    draw(chart);
                });
            }
            place.append(entry);
        }
    };

    const draw = (chart) => {
        const look = theme();
        chart.option = chart.make(look, chart.node.clientWidth, chart.hidden);
        const selected = Object.fromEntries([...chart.hidden].map((name) => [name, false]));
        const legendOption = { ...chart.option.legend, selected };
        chart.view.setOption({ ...chart.option, legend: legendOption }, { notMerge: true });
        if (chart.hasLegend) legend(chart);
    };

    const place = (id, make, more = {}) => {
        const node = document.querySelector(`[data-chart="${id}"]`);
        if (!node || !window.echarts) return;
        const view = window.echarts.init(node, null, { renderer: "svg" });
        const chart = { id, node, view, make, hidden: new Set(), hasLegend: true, isShared: false, ...more };
        charts.push(chart);
        draw(chart);
    };

    const chooseChannel = () => {
        const controls = document.querySelector('[data-controls="latency-over-time"]');
        if (!controls || run.channelSeries.length < 2) return;
        controls.setAttribute("role", "group");
        controls.setAttribute("aria-label", "Channel");
        run.channelSeries.forEach((series, index) => {
            const button = element("button", series.channel);
            button.type = "button";
            button.setAttribute("aria-pressed", String(index === channel));
            button.addEventListener("click", () => {
                channel = index;
                [...controls.children].forEach((each, other) => each.setAttribute("aria-pressed", String(other === index)));
                draw(charts.find((chart) => chart.id === "latency-over-time"));
            });
            controls.append(button);
        });
    };

    const nothingToDraw = (id) => {
        const node = document.querySelector(`[data-chart="${id}"]`);
        if (!node) return;
        node.replaceWith(element("p", "Nothing was measured.", "warning"));
    };

    const drawAll = () => {
        if (run.channelSeries.length && slots) {
            place("latency-over-time", latencyOverTime);
            place("throughput", throughput);
        } else {
            ["latency-over-time", "throughput"].forEach(nothingToDraw);
        }
        if (run.topicSeries.length && slots) place("backlog", backlog);
        if (run.distributions.some((each) => each.points.length)) place("latency-distribution", distribution);
        else nothingToDraw("latency-distribution");
        if (run.breakdown.length) place("latency-breakdown", breakdown);
        run.providerSeries.forEach((_, index) => place(
            "provider-" + index, provider(index), { id: "provider", hasLegend: index === 0, isShared: true }));
        run.storeSeries.forEach((_, index) => place(
            "store-" + index, store(index), { id: "store", hasLegend: index === 0, isShared: true }));
        window.echarts.connect(charts.filter((chart) => timeCharts.includes(chart.id)).map((chart) => chart.view));
    };

    /// These share one pointer.
    const timeCharts = ["latency-over-time", "throughput", "backlog"];

    const redrawAll = (width) => {
        for (const chart of charts) {
            chart.view.resize(width ? { width: Math.min(width, chart.node.clientWidth || width) } : undefined);
            draw(chart);
        }
    };

    const followThePage = () => {
        darkScheme.addEventListener("change", () => redrawAll());
        let width = window.innerWidth;
        window.addEventListener("resize", () => {
            if (window.innerWidth === width) return;
            width = window.innerWidth;
            redrawAll();
        });
        window.addEventListener("beforeprint", () => {
            root.classList.add("paper");
            document.querySelectorAll("details").forEach((each) => each.setAttribute("open", ""));
            redrawAll(680);
        });
        window.addEventListener("afterprint", () => {
            root.classList.remove("paper");
            redrawAll();
        });
    };

    const copyButton = () => {
        const button = document.getElementById("copy");
        const command = document.getElementById("command");
        const status = document.getElementById("copied");
        button.hidden = false;
        const selectInstead = () => {
            const range = document.createRange();
            range.selectNodeContents(command);
            const selection = window.getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
            status.textContent = document.execCommand("copy") ? "Copied." : "Selected: copy it with the keyboard.";
        };
        button.addEventListener("click", () => {
            if (!navigator.clipboard) return selectInstead();
            navigator.clipboard.writeText(command.textContent).then(
                () => { status.textContent = "Copied."; }, selectInstead);
        });
    };

    copyButton();
    if (window.echarts) {
        chooseChannel();
        drawAll();
        followThePage();
    }
})();
