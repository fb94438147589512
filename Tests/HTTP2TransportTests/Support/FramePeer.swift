import HTTP2Transport
import OTLPTesting
import TelemetryCore

/// A server for tests that write the frames one by one, and may violate the protocol.
actor FramePeer: LoopHandler {
  struct Frame: Sendable {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let reset: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7

    var type: UInt8
    var flags: UInt8
    var stream: UInt32
    var payload: [UInt8]

    var isEnd: Bool { flags & 1 != 0 }
    /// The error code of RST_STREAM or GOAWAY.
    var code: UInt32 { (type == Frame.reset ? payload.prefix(4) : payload[4..<8]).reduce(0) { $0 << 8 | UInt32($1) } }
  }

  nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private let transport: any Transport
  private let tls: TLSEngine?
  private var input: [UInt8] = []
  private var sawPreface = false
  private var toSend: [UInt8] = []
  private var changed = Promise<Void>()
  private(set) var frames: [Frame] = []
  private(set) var isEnded = false
  private var isPaused = false
  private var answersPings = false

  init(loop: TelemetryLoop, transport: sending any Transport, tls: sending TLSEngine? = nil) {
    self.loop = loop
    self.tls = tls
    self.transport = transport
  }

  /// Sends the settings and starts to read.
  func start(settings: [(UInt16, UInt32)]? = []) throws {
    if let settings { send(FramePeer.settings(settings)) }
    tls?.start()
    try transport.activate(self)
  }

  nonisolated func ready(_ readiness: Readiness) {
    assumeIsolated { peer in
      peer.flush()
      peer.read()
    }
  }

  // MARK: Frames of the client

  /// Waits for the first frame of a type, on this stream if `stream` isn't nil.
  func frame(_ type: UInt8, stream: UInt32? = nil, end: Bool? = nil) async -> Frame {
    while true {
      let match = frames.first {
        $0.type == type && (stream == nil || $0.stream == stream) && (end == nil || $0.isEnd == end)
      }
      if let match { return match }
      await changed.value
    }
  }

  /// Waits until a request is complete.
  /// - Returns: The body.
  @discardableResult
  func request(_ stream: UInt32) async -> [UInt8] {
    _ = await frame(Frame.data, stream: stream, end: true)
    return frames.filter { $0.type == Frame.data && $0.stream == stream }.flatMap(\.payload)
  }

  /// Waits until the client has closed.
  func end() async { while !isEnded { await changed.value } }

  func count(_ type: UInt8) -> Int { frames.count { $0.type == type } }

  private func read() {
    guard !isPaused else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isEnded {
      switch buffer.withUnsafeMutableBytes({ transport.read(into: $0) }) {
      case .bytes(let count): receive(buffer[..<count])
      case .wouldBlock:
        parse()
        return
      case .end, .failed:
        parse()
        isEnded = true
      }
    }
    note()
  }

  private func receive(_ bytes: ArraySlice<UInt8>) {
    guard let tls else {
      input += bytes
      return
    }
    bytes.withUnsafeBytes { tls.receive($0) }
    flush()
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while case .bytes(let count) = buffer.withUnsafeMutableBytes({ tls.read(into: $0) }) { input += buffer[..<count] }
  }

  private func parse() {
    if !sawPreface, input.count >= 24 {
      input.removeFirst(24)
      sawPreface = true
    }
    while sawPreface, input.count >= 9 {
      let length = Int(input[0]) << 16 | Int(input[1]) << 8 | Int(input[2])
      guard input.count >= 9 + length else { break }
      let stream = input[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
      frames.append(Frame(type: input[3], flags: input[4], stream: stream, payload: Array(input[9..<9 + length])))
      input.removeFirst(9 + length)
      if answersPings, let ping = frames.last, ping.type == Frame.ping, ping.flags == 0 {
        send(FramePeer.frame(Frame.ping, 1, 0, ping.payload))
      }
    }
    note()
  }

  private func note() {
    let before = changed
    changed = Promise()
    before.fulfil(())
  }

  /// Acknowledges each PING from now on.
  func answerPings() { answersPings = true }
  func pause() { isPaused = true }
  func resume() {
    isPaused = false
    read()
  }

  // MARK: Frames of the server

  func send(_ bytes: [UInt8]) {
    toSend += bytes
    flush()
  }

  func close() { transport.close() }

  private func flush() {
    guard let tls else {
      toSend.removeFirst(toSend.withUnsafeBytes { write($0) })
      return
    }
    if tls.handshake == .done, !toSend.isEmpty {
      _ = toSend.withUnsafeBytes { tls.write($0) }
      toSend = []
    }
    tls.withOutput { write($0) }
  }

  /// Writes as many bytes as the transport accepts.
  /// - Returns: The number of bytes.
  private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    var written = 0
    while written < bytes.count {
      let result = transport.write(UnsafeRawBufferPointer(rebasing: bytes[written...]))
      guard case .bytes(let count) = result else { break }
      written += count
    }
    return written
  }

  /// Sends a complete response: headers, a body, trailers with `grpc-status: 0`.
  func answer(_ stream: UInt32, body: [UInt8] = [0, 0, 0, 0, 0]) {
    send(
      FramePeer.headers(stream, [0x88]) + FramePeer.frame(Frame.data, 0, stream, body)
        + FramePeer.headers(stream, FramePeer.field("grpc-status", "0"), end: true))
  }

  static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF), type, flags]
      + number(stream) + payload
  }

  static func headers(_ stream: UInt32, _ block: [UInt8], end: Bool = false) -> [UInt8] {
    frame(Frame.headers, end ? 5 : 4, stream, block)
  }

  /// A literal header field, without Huffman coding.
  static func field(_ name: String, _ value: String) -> [UInt8] {
    [0] + text(name) + text(value)
  }

  private static func text(_ text: String) -> [UInt8] {
    var length = text.utf8.count
    guard length >= 127 else { return [UInt8(length)] + Array(text.utf8) }
    length -= 127
    var bytes: [UInt8] = [127]
    while length >= 128 {
      bytes.append(UInt8(length & 127) | 128)
      length >>= 7
    }
    return bytes + [UInt8(length)] + Array(text.utf8)
  }

  static func settings(_ list: [(UInt16, UInt32)]) -> [UInt8] {
    frame(Frame.settings, 0, 0, list.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xFF)] + number($0.1) })
  }

  static func reset(_ stream: UInt32, _ code: UInt32) -> [UInt8] { frame(Frame.reset, 0, stream, number(code)) }

  static func goAway(last: UInt32, _ code: UInt32, _ debug: String = "") -> [UInt8] {
    frame(Frame.goAway, 0, 0, number(last) + number(code) + Array(debug.utf8))
  }

  static func windowUpdate(_ stream: UInt32, _ by: UInt32) -> [UInt8] { frame(8, 0, stream, number(by)) }

  private static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
