extension LoopbackCollector.Response {
  /// Frames that a server may send without end, and that respond to nothing.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Flood: Hashable, Sendable, CaseIterable {
    /// Empty DATA frames. Response headers must have been sent before.
    case emptyData
    /// DATA frames with only padding. Response headers must have been sent before.
    case padding
    /// Interim responses with status 103.
    case interimResponses
    /// PRIORITY frames.
    case priority
    /// WINDOW_UPDATE by 1 for the connection.
    case windowUpdates
    /// Acknowledgements of PINGs that the client didn't send.
    case pingAcknowledgements
    /// PINGs, which the client must acknowledge.
    case pings
    /// Empty frames of an unknown type.
    case unknownFrames
    /// A header section that never ends, in CONTINUATION frames.
    case continuations
    /// DATA frames of one byte: slow progress. Response headers must have been sent before.
    case singleBytes
  }

  /// Sends response headers where the flood needs them, and then frames without end.
  public static func flood(_ flood: Flood) -> Self {
    let headers = Step.headers([.init(":status", "200"), .init("content-type", "application/grpc")])
    switch flood {
    case .emptyData, .padding, .singleBytes: return .steps([headers, .flood(flood)])
    default: return .steps([.flood(flood)])
    }
  }
}

extension LoopbackCollector.Response.Flood {
  /// About 64 KiB of frames.
  func chunk(stream: Int32) -> [UInt8] {
    let frame = frame(stream: stream)
    return Array(repeatElement(frame, count: max(1, (64 << 10) / frame.count)).joined())
  }

  /// The bytes before the first chunk.
  func opening(stream: Int32) -> [UInt8] {
    // HEADERS without END_HEADERS.
    self == .continuations ? HTTP2Frame.bytes(1, 0, stream, [0x88]) : []
  }

  private func frame(stream: Int32) -> [UInt8] {
    switch self {
    case .emptyData: HTTP2Frame.bytes(0, 0, stream, [])
    case .padding: HTTP2Frame.bytes(0, 8, stream, [100] + [UInt8](repeating: 0, count: 100))
    // A literal value for the name `:status`, which has the index 8.
    case .interimResponses: HTTP2Frame.bytes(1, 4, stream, [0x08, 3] + Array("103".utf8))
    case .priority: HTTP2Frame.bytes(2, 0, stream, [0, 0, 0, 0, 16])
    case .windowUpdates: HTTP2Frame.bytes(8, 0, 0, [0, 0, 0, 1])
    case .pingAcknowledgements: HTTP2Frame.bytes(6, 1, 0, [UInt8](repeating: 7, count: 8))
    case .pings: HTTP2Frame.bytes(6, 0, 0, [UInt8](repeating: 7, count: 8))
    case .unknownFrames: HTTP2Frame.bytes(200, 0, stream, [])
    case .continuations: HTTP2Frame.bytes(9, 0, stream, [0x00, 1, UInt8(ascii: "x"), 1, UInt8(ascii: "y")])
    case .singleBytes: HTTP2Frame.bytes(0, 0, stream, [0])
    }
  }
}
