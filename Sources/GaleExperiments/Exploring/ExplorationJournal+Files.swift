// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The files of a journal: its own, and what is kept beside it.
extension ExplorationJournal {
    /// Opens the journal's file, which from here on belongs to this process.
    static func locked(_ path: String) throws(Failure) -> Int32 {
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
            guard file >= 0 else { throw .cannotWrite(path, String(cString: strerror(errno))) }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                close(file)
                throw .inUse(path)
            }
            var (own, named) = (stat(), stat())
            // Between the two calls another process may have put a mended one in its place.
            if fstat(file, &own) == 0, stat(path, &named) == 0, own.st_ino == named.st_ino, own.st_dev == named.st_dev {
                return file
            }
            close(file)
        }
    }

    static func contents(_ file: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        lseek(file, 0, SEEK_SET)
        while true {
            let count = Foundation.read(file, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += block[..<count]
        }
    }

    /// Keeps a copy under the first number that is free.
    static func keep(_ bytes: [UInt8], of path: String, worlds: Int, because reason: String) throws(Failure) -> Former {
        // Free for its report as well, which lies beside it.
        let folder = (path as NSString).deletingLastPathComponent
        let number = firstFree { [path + ".former-\($0)", "\(folder)/report.former-\($0).json"] }
        let former = Former(worlds: worlds, reason: reason, path: path + ".former-\(number)", number: number)
        try write(bytes, to: former.path)
        return former
    }

    /// Puts a journal without its damaged lines in the place of the one that has them, and those beside it. All at once: a process
    /// that is killed meanwhile leaves the one or the other.
    ///
    /// - Parameter file: the journal's; afterwards that of the new one, which belongs to this process as well.
    /// - Returns: where the damaged lines are.
    static func mend(_ path: String, _ file: inout Int32, _ found: ExplorationJournalContents) throws(Failure) -> String
    {
        let aside = path + ".damaged-\(firstFree { [path + ".damaged-\($0)"] })"
        // Only who has the journal writes this one.
        let staging = path + ".mended"
        var mended: Int32 = -1
        do throws(Failure) {
            try write(found.damagedBytes, to: aside)
            try write(found.soundBytes, to: staging)
            mended = try locked(staging)
            guard fsync(mended) == 0 || errno == EINVAL, rename(staging, path) == 0 else {
                throw Failure.cannotWrite(path, String(cString: strerror(errno)))
            }
        } catch {
            if mended >= 0 { close(mended) }
            for left in [staging, aside] { unlink(left) }
            throw error
        }
        close(file)
        file = mended
        return aside
    }

    private static func firstFree(_ paths: (Int) -> [String]) -> Int {
        var number = 1
        while paths(number).contains(where: { access($0, F_OK) == 0 }) { number += 1 }
        return number
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
            throw .cannotWrite(path, String(cString: strerror(errno)))
        }
    }
}
