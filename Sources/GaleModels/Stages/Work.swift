// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A job at hand: where its records are, looked up once an event. Records never move, so the addresses stay good as long as
/// the job lives.
struct Work {
    let index: UInt32
    let job: UnsafeMutablePointer<Job>
    let message: UnsafeMutablePointer<Message>

    /// The job's name for others: its index, and the generation that tells it from later ones.
    var reference: UInt64 {
        @inline(__always) get { UInt64(job.pointee.generation) &<< 32 | UInt64(index) }
    }
}

/// What an answer's event carries: the job's reference, with what the answer is to in two bits of the index. It is known so
/// without a look at the job, which may not be in the cache, and can't be guessed.
struct AnswerPayload {
    static let indexBits: UInt64 = 30
    /// The indices of a stage's jobs are below it.
    static let jobLimit: UInt32 = 1 << UInt32(indexBits)

    let rawValue: UInt64

    @inline(__always)
    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    init(_ reference: UInt64, _ request: Exchange.Kind) {
        rawValue = reference | UInt64(request.rawValue) &<< Self.indexBits
    }

    /// The job.
    var index: UInt32 { @inline(__always) get { UInt32(truncatingIfNeeded: rawValue) & (Self.jobLimit &- 1) } }
    var generation: UInt32 { @inline(__always) get { UInt32(truncatingIfNeeded: rawValue &>> 32) } }
    var request: Exchange.Kind {
        @inline(__always) get {
            Exchange.Kind(rawValue: UInt8(truncatingIfNeeded: rawValue &>> Self.indexBits) & 3).unsafelyUnwrapped
        }
    }
}

extension StageHandle {
    @inline(__always)
    func work(_ index: UInt32) -> Work {
        let job = job(index)
        return Work(index: index, job: job, message: core.message(job.pointee.message))
    }

    /// The job of this name, if it still lives.
    @inline(__always)
    func work(_ index: UInt32, _ generation: UInt32) -> Work? {
        let job = job(index)
        guard job.pointee.generation == generation else { return nil }
        return Work(index: index, job: job, message: core.message(job.pointee.message))
    }

    /// The job of a reference: mostly the one at hand.
    @inline(__always)
    func work(_ reference: UInt64, near work: Work?) -> Work {
        let index = UInt32(truncatingIfNeeded: reference)
        if let work, work.index == index { return work }
        return self.work(index)
    }
}
