// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleKernel
import Synchronization

/// Ends the process when one case takes too many seconds of the processor; tells which it was, after a trap as well (libFuzzer,
/// which has handlers of its own, keeps the input instead).
final class Watchdog: Sendable {
    private let current = Atomic<UInt64>(.max)
    private let patience = Mutex<PauseRequest?>(nil)

    /// Asked to pause when a case has run for a second.
    var pauser: PauseRequest? {
        get { patience.withLock { $0 } }
        set { patience.withLock { $0 = newValue } }
    }

    init(seconds: UInt32) {
        let thread = Thread { [self] in
            var (last, begun) = (UInt64.max, clock())
            while true {
                sleep(1)
                let now = current.load(ordering: .relaxed)
                if now != last { (last, begun) = (now, clock()) }
                // Of the processor, so that a busy machine is no hang.
                let passed = (clock() - begun) / CLOCKS_PER_SEC
                if passed > 0 { pauser?.pause() }
                if passed < Int(seconds) { continue }
                print("case \(now): no end after \(seconds) s")
                #if LIBFUZZER
                    abort()
                #else
                    exit(3)
                #endif
            }
        }
        thread.start()
        #if !LIBFUZZER
            tellAfterTraps()
        #endif
    }

    private func tellAfterTraps() {
        // A trap is SIGILL or SIGTRAP; only what is safe in a handler happens there.
        Self.shared.store(UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()), ordering: .relaxed)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGBUS] {
            signal(number) { number in
                Watchdog.tell()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    func begin(_ ordinal: UInt64) { current.store(ordinal, ordering: .relaxed) }

    private static let shared = Atomic<UInt>(0)

    private static func tell() {
        guard let pointer = UnsafeRawPointer(bitPattern: shared.load(ordering: .relaxed)) else { return }
        var rest = Unmanaged<Watchdog>.fromOpaque(pointer).takeUnretainedValue().current.load(ordering: .relaxed)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digits in
            var place = 31
            digits[place] = 10
            repeat {
                place -= 1
                digits[place] = UInt8(48 + rest % 10)
                rest /= 10
            } while rest > 0
            _ = Glibc.write(2, "the case was ", 13)
            _ = Glibc.write(2, digits.baseAddress! + place, 32 - place)
        }
    }
}
