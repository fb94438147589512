import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

/// The server's end arrives while the connection has more to read than it reads at once.
@Suite(.ownThreads) struct HangUpTests {
  // The system reports a hang-up once. A busy loop may report it before the job that continues an earlier read.
  @Test("a hang-up that is reported while a read is to be continued is read too")
  func duringRead() throws {
    let link = BreakableTransport.Link()
    var simulated = SimulatedLink()
    simulated.bufferSize = 1 << 20
    try withPair(link: simulated, wrap: { BreakableTransport($0, link) }) { pair in
      let deadline = Deadline(pair.simulation.now + .seconds(60))
      let call = pair.simulation.task {
        await pair.connection.request(
          HTTP2Request(headers: Pair.headers, body: BufferSlice([1]), maxResponseBytes: 1 << 20), deadline: deadline)
      }
      await pair.peer.request(1)
      link.isQuiet.store(true, ordering: .relaxed)
      // Many bytes within the window of 65,535: a frame of two bytes has eleven.
      var bytes = FramePeer.headers(1, [0x88])
      for _ in 0..<32_000 { bytes += FramePeer.frame(FramePeer.Frame.data, 0, 1, [0, 0]) }
      await pair.peer.send(bytes)
      await pair.peer.close()
      await pair.simulation.sleep(.milliseconds(50))
      pair.connection.ready(.readable)
      pair.connection.ready([.readable, .hangUp])
      #expect(await call.value.failure == .connectionLost(reason: "the server closed the connection"))
      #expect(pair.simulation.now < deadline.instant + .seconds(-50))
    }
  }
}
