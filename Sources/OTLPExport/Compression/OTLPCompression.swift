/// How request bodies are compressed.
public struct OTLPCompression: Hashable, Sendable, CustomStringConvertible {
  package enum Method: Hashable, Sendable {
    case none
    case gzip(level: Int)
  }

  package let method: Method

  private init(_ method: Method) { self.method = method }

  /// Not at all.
  public static let none = OTLPCompression(.none)
  /// gzip at level 1, the fastest: OTLP shrinks well already there.
  public static let gzip = OTLPCompression(.gzip(level: 1))

  /// gzip at a level from 1, the fastest, to 9, the smallest; levels outside are clamped.
  public static func gzip(level: Int) -> OTLPCompression { OTLPCompression(.gzip(level: min(max(level, 1), 9))) }

  /// The name that the environment and the command line use: `none` or `gzip`.
  public var description: String { method == .none ? "none" : "gzip" }
}
