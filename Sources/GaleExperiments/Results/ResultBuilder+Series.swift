// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives

extension ResultBuilder {
    func channelSeries(_ channel: Int) -> RunResult.ChannelSeries {
        var series = RunResult.ChannelSeries(
            channel: name(ofChannel: channel), submitted: [], delivered: [], undelivered: [], throughput: [],
            p50: [], p99: [], p999: [])
        for slot in everything.slots {
            let ledger = source.ledger(slot: slot, channel: channel)
            let samples = source.latencySamples(.channel(channel), slot: slot)
            func quantile(_ quantile: Double) -> Double? {
                samples?.value(atQuantile: quantile, plusInfinite: ledger.undelivered).map { Double($0) / 1e9 }
            }
            series.submitted.append(ledger.submitted)
            series.delivered.append(ledger.delivered + ledger.deliveredLate)
            series.undelivered.append(ledger.undelivered)
            series.throughput.append(source.throughput(channel: channel, slot: slot))
            series.p50.append(quantile(0.5))
            series.p99.append(quantile(0.99))
            series.p999.append(quantile(0.999))
        }
        return series
    }

    var providerSeries: [RunResult.ProviderSeries] {
        specification.providers.enumerated().map { index, provider in
            let slots = everything.slots.map { source.attempts(provider: index, slot: $0) }
            return RunResult.ProviderSeries(
                provider: provider.name, attempts: slots.map(\.attempts), errors: slots.map(\.errors),
                timeouts: slots.map(\.timeouts))
        }
    }

    var topicSeries: [RunResult.TopicSeries] {
        specification.topics.enumerated().map { index, topic in
            RunResult.TopicSeries(
                topic: topic.name, backlog: everything.slots.map { source.backlog(topic: index, slot: $0).last })
        }
    }

    var storeSeries: [RunResult.StoreSeries] {
        specification.stores.enumerated().map { index, store in
            let slots = everything.slots.map { source.storeCalls(store: index, slot: $0) }
            return RunResult.StoreSeries(store: store.name, calls: slots.map(\.calls), errors: slots.map(\.errors))
        }
    }

    /// Means over what was delivered, late deliveries included.
    func breakdown(_ channel: Int) -> RunResult.ChannelBreakdown {
        let samples = reader.samples(of: [.channel(channel)], over: everything)
        defer { samples.deallocate() }
        let count = Double(max(1, samples.count))
        let spans = zip(source.latencyPlaces, source.spans(channel: channel)).map { name, sum in
            RunResult.ChannelBreakdown.Span(name: name, meanSeconds: Double(sum) / count / 1e9)
        }
        return RunResult.ChannelBreakdown(channel: name(ofChannel: channel), spans: spans)
    }

    var distributions: [RunResult.LatencyDistribution] {
        let each = (hasChannels ? channels : []).map { (Channel.allCases[$0].name, [MeasuredSubject.channel($0)]) }
        return ([("all", channels.map { .channel($0) })] + each).map { name, subjects in
            let samples = reader.samples(of: subjects, over: everything)
            defer { samples.deallocate() }
            let points = samples.percentilePoints().map {
                RunResult.LatencyDistribution.Point(
                    quantile: $0.quantile, seconds: Double($0.value) / 1e9, count: $0.count)
            }
            return RunResult.LatencyDistribution(name: name, points: points)
        }
    }
}
