// SPDX-License-Identifier: Apache-2.0
#if !LIBFUZZER
    import Foundation

    /// Makes mutated scenarios from a seed, and reads them in this process.
    ///
    ///     GaleFuzz write SEED FIRST COUNT FOLDER SEEDS...    writes each case into a folder of its own: FOLDER/ORDINAL/
    ///     GaleFuzz read SEED FIRST COUNT SEEDS...            reads each case; a trap or a hang names its ordinal
    ///     GaleFuzz run SEED FIRST COUNT SEEDS...             runs each that is accepted, for a few thousand events
    ///     GaleFuzz values SEED FIRST COUNT SEEDS...          reads quantities, distributions and expectations
    @main
    enum GaleFuzz {
        static func main() throws {
            let arguments = CommandLine.arguments
            guard arguments.count > 4, let seed = UInt64(arguments[2]), let first = UInt64(arguments[3]),
                let count = UInt64(arguments[4])
            else { return usage() }
            let ordinals = first..<first + count
            switch arguments[1] {
            case "write" where arguments.count > 6:
                try write(seed, ordinals, to: arguments[5], Corpus(folders: Array(arguments[6...])))
            case "read" where arguments.count > 5: read(seed, ordinals, Corpus(folders: Array(arguments[5...])))
            case "run" where arguments.count > 5: run(seed, ordinals, Corpus(folders: Array(arguments[5...])))
            case "values" where arguments.count > 5: values(seed, ordinals, Corpus(folders: Array(arguments[5...])))
            default: usage()
            }
        }

        private static func usage() {
            print(
                "usage: GaleFuzz write SEED FIRST COUNT FOLDER SEEDS... | (read | run | values) SEED FIRST COUNT SEEDS..."
            )
            exit(2)
        }

        private static func write(_ seed: UInt64, _ ordinals: Range<UInt64>, to folder: String, _ corpus: Corpus) throws
        {
            for ordinal in ordinals {
                var mutator = Mutator(corpus: corpus, draws: Draws(seed: seed, ordinal: ordinal))
                let made = mutator.makeCase()
                for file in made.files where !file.path.hasPrefix("..") {
                    let path = URL(fileURLWithPath: "\(folder)/\(ordinal)/\(file.path)")
                    try FileManager.default.createDirectory(
                        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
                    var bytes = Data(file.text.utf8)
                    // Now and then a byte that is no UTF-8.
                    if ordinal % 50 == 7, !bytes.isEmpty { bytes[mutator.draws.below(bytes.count)] = 0xFF }
                    try bytes.write(to: path)
                }
                let words = made.arguments.joined(separator: "\n")
                try Data(words.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(ordinal)/arguments"))
            }
        }

        private static func read(_ seed: UInt64, _ ordinals: Range<UInt64>, _ corpus: Corpus) {
            let watchdog = Watchdog(seconds: 10)
            var accepted = 0
            for ordinal in ordinals {
                watchdog.begin(ordinal)
                var mutator = Mutator(corpus: corpus, draws: Draws(seed: seed, ordinal: ordinal))
                if FuzzTarget.read(mutator.makeCase()) == .accepted { accepted += 1 }
            }
            print("\(ordinals.count) scenarios of seed \(seed) read: \(accepted) accepted, the others refused")
        }

        private static func run(_ seed: UInt64, _ ordinals: Range<UInt64>, _ corpus: Corpus) {
            let watchdog = Watchdog(seconds: 20)
            var events: UInt64 = 0
            var run = 0
            for ordinal in ordinals {
                watchdog.begin(ordinal)
                var mutator = Mutator(corpus: corpus, draws: Draws(seed: seed, ordinal: ordinal))
                guard let more = FuzzTarget.run(mutator.makeCase(), watchdog) else { continue }
                events += more
                run += 1
            }
            print("\(ordinals.count) scenarios of seed \(seed): \(run) accepted and run, \(events) events")
        }

        private static func values(_ seed: UInt64, _ ordinals: Range<UInt64>, _ corpus: Corpus) {
            let watchdog = Watchdog(seconds: 10)
            for ordinal in ordinals {
                watchdog.begin(ordinal)
                var mutator = Mutator(corpus: corpus, draws: Draws(seed: seed, ordinal: ordinal))
                let text = mutator.value()
                FuzzTarget.readValue(text)
            }
            print("\(ordinals.count) values of seed \(seed) read")
        }
    }
#endif
