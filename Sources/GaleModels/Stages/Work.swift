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

/// What an answer's event carries: the job's index (30 bits), what the answer is to (2), and of the job's name and of its requests
/// so far what tells this one from earlier ones (24 and 8). So it is known without a look at the job, which may not be in the
/// cache, what the answer is to; and an answer that the job no longer waits for, because its dispatcher was told to ask for
/// something else meanwhile, is not taken for the one that it waits for.
struct AnswerPayload {
    static let indexBits: UInt64 = 30
    /// The indices of a stage's jobs are below it.
    static let jobLimit: UInt32 = 1 << UInt32(indexBits)

    let rawValue: UInt64

    @inline(__always)
    init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The answer to what a job asks for now.
    @inline(__always)
    init(_ work: Work, _ request: Exchange.Kind) {
        rawValue =
            UInt64(work.index) | UInt64(request.rawValue) &<< Self.indexBits | UInt64(Self.name(work.job)) &<< 32
    }

    /// The job.
    var index: UInt32 { @inline(__always) get { UInt32(truncatingIfNeeded: rawValue) & (Self.jobLimit &- 1) } }
    var request: Exchange.Kind {
        @inline(__always) get {
            Exchange.Kind(rawValue: UInt8(truncatingIfNeeded: rawValue &>> Self.indexBits) & 3).unsafelyUnwrapped
        }
    }

    /// Whether a job, the one of this index, waits for just this answer.
    func isAwaited(by job: UnsafeMutablePointer<Job>) -> Bool { isAwaited(by: job, request) }

    /// The same where `request` is known.
    @inline(__always)
    func isAwaited(by job: UnsafeMutablePointer<Job>, _ request: Exchange.Kind) -> Bool {
        Self.name(job) == UInt32(truncatingIfNeeded: rawValue &>> 32) && job.pointee.request == request
    }

    /// Whether it is the answer to one of the requests of a job, the one of this index; nearly always the one it waits for.
    @inline(__always)
    func isLikely(of job: UnsafeMutablePointer<Job>) -> Bool {
        (job.pointee.generation ^ UInt32(truncatingIfNeeded: rawValue &>> 32)) & 0xFF_FFFF == 0
    }

    @inline(__always)
    private static func name(_ job: UnsafeMutablePointer<Job>) -> UInt32 {
        job.pointee.generation & 0xFF_FFFF | UInt32(job.pointee.callAttempts) &<< 24
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

    /// The job that waits for an answer, if it still does.
    @inline(__always)
    func work(_ answer: AnswerPayload, to request: Exchange.Kind) -> Work? {
        let job = job(answer.index)
        guard answer.isAwaited(by: job, request) else { return nil }
        return Work(index: answer.index, job: job, message: core.message(job.pointee.message))
    }

    /// The job of a reference: mostly the one at hand.
    @inline(__always)
    func work(_ reference: UInt64, near work: Work?) -> Work {
        let index = UInt32(truncatingIfNeeded: reference)
        if let work, work.index == index { return work }
        return self.work(index)
    }
}
