// SPDX-License-Identifier: Apache-2.0
#if LIBFUZZER
    import Foundation

    // The entry points of libFuzzer (https://llvm.org/docs/LibFuzzer.html): coverage leads the mutations, of which half are
    // made here, with knowledge of YAML and of scenarios, and half by libFuzzer itself.

    @_silgen_name("LLVMFuzzerMutate")
    private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int) -> Int

    private let corpus = Corpus(
        folders: (ProcessInfo.processInfo.environment["GALE_FUZZ_SEEDS"] ?? "").split(separator: ":").map(String.init))
    private let onlyValues = ProcessInfo.processInfo.environment["GALE_FUZZ_VALUES"] != nil

    /// libFuzzer's own limit is one of the clock, so that a busy machine looks like a hang.
    private let watchdog = Watchdog(seconds: 20)
    nonisolated(unsafe) private var inputs: UInt64 = 0

    @_cdecl("LLVMFuzzerTestOneInput")
    public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
        inputs += 1
        watchdog.begin(inputs)
        let text = String(decoding: UnsafeBufferPointer(start: bytes, count: size), as: UTF8.self)
        if onlyValues { FuzzTarget.readValue(text) } else { _ = FuzzTarget.read(FuzzCase(joined: text)) }
        return 0
    }

    @_cdecl("LLVMFuzzerCustomMutator")
    public func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int
    {
        if onlyValues || seed % 2 == 0 { return mutateBytes(bytes, size, capacity) }
        var mutator = Mutator(corpus: corpus, draws: Draws(seed: UInt64(seed), ordinal: 0))
        let text = String(decoding: UnsafeBufferPointer(start: bytes, count: size), as: UTF8.self)
        let made = Array(mutator.mutated(text).utf8.prefix(capacity))
        for (place, byte) in made.enumerated() { bytes[place] = byte }
        return made.count
    }
#endif
