import COTLPNGHTTP2
import HTTP2Transport
import OTLPTesting
import OTLPWire
import TelemetryCore
import TelemetrySDK

/// The received response to one request.
struct RawView: Sendable {
  var blocks: [[LoopbackCollector.Field]] = []
  var body: [UInt8] = []
  /// The error code of the stream's end, or nil while the stream is open.
  var closeCode: UInt32?
  var isUnanswered: Bool { blocks.isEmpty && closeCode == nil }

  /// The value of the last field with a name.
  func value(_ name: String) -> String? { blocks.joined().last { $0.name == name }?.value }
}

/// The state that the nghttp2 callbacks of a raw client use.
final class RawClientState {
  var views: [Int32: RawView] = [:]
  var goAways: [(last: Int32, code: UInt32, debug: String)] = []
  var settings: [UInt32: UInt32] = [:]
  var ends: [Int32: Promise<Void>] = [:]
  var toSend: [Int32: (bytes: [UInt8], head: Int)] = [:]
}

/// An nghttp2 client that shares no code with HTTP2Transport, so the collector is tested against another implementation.
actor RawClient: LoopHandler {
  nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let transport: any Transport
  private let state = RawClientState()
  private var session: OpaquePointer?
  private(set) var isConnectionClosed = false
  private(set) var isBroken = false
  private var output: [UInt8] = []

  init(loop: TelemetryLoop, transport: sending any Transport) {
    self.loop = loop
    self.transport = transport
  }

  /// Connects to a collector of the simulation.
  static func connect(_ simulation: Simulation, to address: SocketAddress) async throws -> RawClient {
    let transport = try await simulation.network.connect(
      to: address, on: simulation.loop, deadline: Deadline(simulation.now + .seconds(5)))
    let client = RawClient(loop: simulation.loop, transport: transport)
    try await client.start()
    return client
  }

  func start() throws {
    var callbacks: OpaquePointer?
    nghttp2_session_callbacks_new(&callbacks)
    defer { nghttp2_session_callbacks_del(callbacks) }
    RawClient.install(callbacks)
    nghttp2_session_client_new(&session, callbacks, Unmanaged.passUnretained(state).toOpaque())
    nghttp2_submit_settings(session, 0, nil, 0)
    try transport.activate(self)
    flush()
  }

  /// Sends a request and returns its stream.
  func send(_ body: [UInt8], path: String = RawClient.path, _ extra: [LoopbackCollector.Field] = []) -> Int32 {
    let fields =
      [
        .init(":method", "POST"), .init(":scheme", "http"), .init(":path", path), .init(":authority", "collector"),
        .init("te", "trailers"), .init("content-type", "application/grpc"),
      ] + extra
    var provider = nghttp2_data_provider(source: nghttp2_data_source(fd: 0), read_callback: RawClient.readBody)
    let next = Int32(nghttp2_session_get_next_stream_id(session))
    state.toSend[next] = (body, 0)
    state.views[next] = RawView()
    state.ends[next] = Promise()
    if isConnectionClosed { state.ends[next]?.fulfil(()) }
    let stream = RawClient.withFields(fields) { nghttp2_submit_request(session, nil, $0, $1, &provider, nil) }
    flush()
    return stream
  }

  /// Sends a request and waits for the end of its stream, at most `limit`.
  func call(
    _ body: [UInt8], path: String = RawClient.path, _ extra: [LoopbackCollector.Field] = [],
    limit: Duration = .seconds(5)
  ) async -> RawView {
    let stream = send(body, path: path, extra)
    _ = await state.ends[stream]?.value(until: Deadline(loop.now + limit), on: loop)
    return view(stream)
  }

  func view(_ stream: Int32) -> RawView { state.views[stream] ?? RawView() }
  var goAways: [(last: Int32, code: UInt32, debug: String)] { state.goAways }
  var settings: [UInt32: UInt32] { state.settings }

  func reset(_ stream: Int32) {
    nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_CANCEL.rawValue)
    flush()
  }

  func close() {
    transport.close()
    nghttp2_session_del(session)
    session = nil
  }

  nonisolated func ready(_ readiness: Readiness) {
    assumeIsolated { client in
      client.drain()
      client.flush()
    }
  }

  private func flush() {
    guard session != nil, !isConnectionClosed else { return }
    while true {
      var start: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &start)
      guard count > 0 else { break }
      output += UnsafeBufferPointer(start: start, count: count)
    }
    while !output.isEmpty {
      guard case .bytes(let count) = output.withUnsafeBytes({ transport.write($0) }) else { return }
      output.removeFirst(count)
    }
  }

  private func drain() {
    while session != nil, !isConnectionClosed {
      var buffer = [UInt8](repeating: 0, count: 16_384)
      switch buffer.withUnsafeMutableBytes({ transport.read(into: $0) }) {
      case .bytes(let count):
        if nghttp2_session_mem_recv(session, buffer, count) < 0 { isBroken = true }
        flush()
        if nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 { isBroken = true }
      case .wouldBlock: return
      case .end, .failed:
        isConnectionClosed = true
        for promise in state.ends.values { promise.fulfil(()) }
      }
    }
  }

  // MARK: Callbacks

  static let path = OTLPSignal.traces.grpcPath

  private static func state(_ userData: UnsafeMutableRawPointer?) -> RawClientState {
    Unmanaged<RawClientState>.fromOpaque(userData!).takeUnretainedValue()
  }

  private static func install(_ callbacks: OpaquePointer?) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, userData in
      RawClient.state(userData).views[frame!.pointee.hd.stream_id]?.blocks.append([])
      return 0
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, frame, name, nameCount, value, valueCount, _, userData in
      let field = LoopbackCollector.Field(
        String(decoding: UnsafeBufferPointer(start: name, count: nameCount), as: UTF8.self),
        String(decoding: UnsafeBufferPointer(start: value, count: valueCount), as: UTF8.self))
      let state = RawClient.state(userData)
      let id = frame!.pointee.hd.stream_id
      if let last = state.views[id]?.blocks.indices.last { state.views[id]?.blocks[last].append(field) }
      return 0
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, count, userData in
      RawClient.state(userData).views[id]?.body += UnsafeBufferPointer(start: bytes, count: count)
      return 0
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, userData in
      RawClient.state(userData).views[id]?.closeCode = code
      RawClient.state(userData).ends[id]?.fulfil(())
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, userData in
      let (frame, state) = (frame!.pointee, RawClient.state(userData))
      if UInt32(frame.hd.type) == NGHTTP2_GOAWAY.rawValue {
        let debug = UnsafeBufferPointer(start: frame.goaway.opaque_data, count: frame.goaway.opaque_data_len)
        state.goAways.append(
          (frame.goaway.last_stream_id, frame.goaway.error_code, String(decoding: debug, as: UTF8.self)))
      }
      if UInt32(frame.hd.type) == NGHTTP2_SETTINGS.rawValue {
        for entry in UnsafeBufferPointer(start: frame.settings.iv, count: frame.settings.niv) {
          state.settings[UInt32(entry.settings_id)] = entry.value
        }
      }
      return 0
    }
  }

  private static let readBody: nghttp2_data_source_read_callback = { _, id, buffer, capacity, flags, _, userData in
    let state = RawClient.state(userData)
    guard let (bytes, head) = state.toSend[id] else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
    let count = min(capacity, bytes.count - head)
    for index in 0..<count { buffer![index] = bytes[head + index] }
    state.toSend[id]?.head += count
    if head + count == bytes.count { flags!.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
    return count
  }

  private static func withFields(
    _ fields: [LoopbackCollector.Field], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Int32
  ) -> Int32 {
    var bytes = fields.flatMap { Array($0.name.utf8) + Array($0.value.utf8) }
    return bytes.withUnsafeMutableBufferPointer { buffer in
      var next = buffer.baseAddress!
      let pairs = fields.map { field in
        defer { next += field.name.utf8.count + field.value.utf8.count }
        return nghttp2_nv(
          name: next, value: next + field.name.utf8.count, namelen: field.name.utf8.count,
          valuelen: field.value.utf8.count, flags: 0)
      }
      return body(pairs, pairs.count)
    }
  }
}
