import Glibc
import TelemetryCore
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct ByteSourceTests {
  @Test func availableBytesAreRead() throws {
    let (reader, writer) = try makePipe()
    defer { close(reader) }
    var source = ByteSource(descriptor: reader, pieceSize: 4)
    #expect(write(writer, "abcdef", 6) == 6)
    #expect(source.next() == .bytes(Array("abcd".utf8)))
    #expect(source.next() == .bytes(Array("ef".utf8)))
    close(writer)
    #expect(source.next() == .end)
    #expect(source.next() == .end)
  }

  @Test func aReadErrorIsReturned() {
    var source = ByteSource(descriptor: -1)
    #expect(source.next() == .failed(EBADF))
  }

  @Test func aNonBlockingFileIsWaitedFor() throws {
    let (reader, writer) = try makePipe()
    defer { close(reader) }
    _ = fcntl(reader, F_SETFL, O_NONBLOCK)
    try ThreadSystem.start(name: "writer", stackSize: 1 << 18) {
      usleep(20_000)
      _ = write(writer, "x", 1)
      close(writer)
    }
    var source = ByteSource(descriptor: reader)
    #expect(source.next() == .bytes(Array("x".utf8)))
    #expect(source.next() == .end)
  }
}
