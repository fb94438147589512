import Glibc
import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct SecretFileTests {
  /// A named pipe and its two ends. The open reading end keeps the written bytes.
  private struct Pipe: ~Copyable {
    let path: String
    let reading: Int32
    let writing: Int32

    init(_ name: String) throws {
      path = "/tmp/swift-otlp-\(getpid())-\(name)"
      try #require(mkfifo(path, 0o600) == 0)
      reading = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      writing = open(path, O_WRONLY | O_CLOEXEC)
    }

    deinit {
      close(reading)
      unlink(path)
    }
  }

  private func failure(
    _ path: String, limit: Int = 100, patience: Duration = .seconds(60)
  ) -> SecretFile.Failure? {
    do throws(SecretFile.Failure) {
      _ = try SecretFile.read(path, limit: limit, patience: patience)
      return nil
    } catch {
      return error
    }
  }

  @Test("a slowly written pipe is read to its end")
  func slowPipe() throws {
    let pipe = try Pipe("slow")
    let (writing, text) = (pipe.writing, Array("hunter2\n".utf8))
    try ThreadSystem.start(name: "writer", stackSize: 1 << 20) {
      for byte in text {
        usleep(2000)
        _ = withUnsafeBytes(of: byte) { write(writing, $0.baseAddress, 1) }
      }
      close(writing)
    }
    let contents = try SecretFile.read(pipe.path, limit: 100, patience: .seconds(60))
    #expect(contents == SecretBytes(text))
  }

  @Test("the error of a pipe without a byte differs from that of an empty file")
  func emptyPipe() throws {
    let pipe = try Pipe("empty")
    close(pipe.writing)
    let path = pipe.path
    let isRead = Locked(false)
    // The reader doesn't notice a writer that ends before its `open`, so further writers follow.
    try ThreadSystem.start(name: "writer", stackSize: 1 << 20) {
      while !isRead.withLock({ $0 }) {
        close(open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC))
        usleep(1000)
      }
    }
    #expect(failure(path) == .emptyPipe)
    isRead.withLock { $0 = true }
    #expect(SecretFile.Failure.emptyPipe.description.contains("read once"))
  }

  @Test("the read of a pipe without bytes or without an end is given up")
  func endlessPipe() throws {
    let pipe = try Pipe("endless")
    #expect(failure(pipe.path, patience: .milliseconds(1)) == .unfinishedPipe(.milliseconds(1)))
    #expect(write(pipe.writing, "0123456789", 10) == 10)
    #expect(failure(pipe.path, limit: 9) == .tooLarge(limit: 9))
    close(pipe.writing)
    #expect(failure(pipe.path, limit: 100, patience: .milliseconds(1)) == .unfinishedPipe(.milliseconds(1)))
    let named = "/tmp/swift-otlp-\(getpid())-secret-pipe"
    #expect(mkfifo(named, 0o600) == 0)
    defer { unlink(named) }
    #expect(failure(named, patience: .milliseconds(1)) == .unfinishedPipe(.milliseconds(1)))
  }

  @Test("devices, folders and missing files are refused at once")
  func noFile() {
    for device in ["/dev/zero", "/dev/null", "/dev/full"] { #expect(failure(device) == .noFile) }
    #expect(failure("/tmp") == .system(EISDIR))
    #expect(failure("/nonexistent/x") == .system(ENOENT))
    #expect(failure("/tmp\u{0}/x") == .hasNUL)
    #expect(failure("/proc/self/maps", limit: 10) == .tooLarge(limit: 10))
    #expect(failure("/etc/passwd", limit: 10) == .tooLarge(limit: 10))
  }
}
