extension LoopbackCollector.Response {
  /// Frames that a server may send without end, and that answer nothing.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Flood: Hashable, Sendable, CaseIterable {
    /// DATA without a byte; response headers must have been sent before.
    case emptyData
    /// DATA of padding only; response headers must have been sent before.
    case padding
    /// Interim responses, status 103.
    case interimResponses
    /// PRIORITY.
    case priority
    /// WINDOW_UPDATE by 1 on the connection.
    case windowUpdates
    /// Acknowledgements of PINGs that nobody has sent.
    case pingAcknowledgements
    /// PINGs, which the client must acknowledge.
    case pings
    /// Empty frames of a type that HTTP/2 doesn't know.
    case unknownFrames
    /// One header section that never ends, in CONTINUATION frames.
    case continuations
    /// DATA of one byte each: progress, if a slow one; response headers must have been sent before.
    case singleBytes
  }

  /// Sends response headers and then frames without end.
  public static func flood(_ flood: Flood) -> Self {
    let headers = Step.headers([.init(":status", "200"), .init("content-type", "application/grpc")])
    switch flood {
    case .emptyData, .padding, .singleBytes: return .steps([headers, .flood(flood)])
    default: return .steps([.flood(flood)])
    }
  }
}

extension LoopbackCollector.Response.Flood {
  /// Some 64 KiB of such frames.
  func chunk(stream: Int32) -> [UInt8] {
    let frame = frame(stream: stream)
    return Array(repeatElement(frame, count: max(1, (64 << 10) / frame.count)).joined())
  }

  /// What must come before the first chunk.
  func opening(stream: Int32) -> [UInt8] {
    // HEADERS without END_HEADERS.
    self == .continuations ? Self.frame(1, 0, stream, [0x88]) : []
  }

  private func frame(stream: Int32) -> [UInt8] {
    switch self {
    case .emptyData: Self.frame(0, 0, stream, [])
    case .padding: Self.frame(0, 8, stream, [100] + [UInt8](repeating: 0, count: 100))
    // A literal value for the name `:status`, which has the index 8.
    case .interimResponses: Self.frame(1, 4, stream, [0x08, 3] + Array("103".utf8))
    case .priority: Self.frame(2, 0, stream, [0, 0, 0, 0, 16])
    case .windowUpdates: Self.frame(8, 0, 0, [0, 0, 0, 1])
    case .pingAcknowledgements: Self.frame(6, 1, 0, [UInt8](repeating: 7, count: 8))
    case .pings: Self.frame(6, 0, 0, [UInt8](repeating: 7, count: 8))
    case .unknownFrames: Self.frame(200, 0, stream, [])
    case .continuations: Self.frame(9, 0, stream, [0x00, 1, UInt8(ascii: "x"), 1, UInt8(ascii: "y")])
    case .singleBytes: Self.frame(0, 0, stream, [0])
    }
  }

  private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: Int32, _ payload: [UInt8]) -> [UInt8] {
    let id = UInt32(bitPattern: stream)
    return [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF), type, flags]
      + [UInt8(id >> 24), UInt8(id >> 16 & 0xFF), UInt8(id >> 8 & 0xFF), UInt8(id & 0xFF)] + payload
  }
}

// Frames without end, past nghttp2.
extension HTTP2ServerConnection {
  private static let chunksInARow = 4

  func startFlood(_ flood: Response.Flood, _ stream: Int32) {
    append(flood.opening(stream: stream))
    goOnFlooding(flood.chunk(stream: stream), after: .zero)
  }

  /// The next chunks, as long as the client takes them.
  private func goOnFlooding(_ chunk: [UInt8], after pause: Duration) {
    floodTimer = loop.schedule(at: .init(loop.now + pause)) { [weak self] in
      self?.assumeIsolated { connection in
        connection.floodTimer = nil
        for _ in 0..<HTTP2ServerConnection.chunksInARow where !connection.isClosed && connection.isDrained {
          connection.append(chunk)
          connection.flush()
        }
        if !connection.isClosed { connection.goOnFlooding(chunk, after: .milliseconds(1)) }
      }
    }
  }
}
