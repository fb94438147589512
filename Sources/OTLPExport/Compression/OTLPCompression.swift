/// How request bodies are compressed.
public struct OTLPCompression: Hashable, Sendable, CustomStringConvertible {
  package enum Method: Hashable, Sendable {
    case none
    case gzip(level: Int)
    case auto
  }

  package let method: Method

  private init(_ method: Method) { self.method = method }

  /// Not at all.
  public static let none = OTLPCompression(.none)
  /// gzip at level 1, the fastest: OTLP shrinks well already there.
  public static let gzip = OTLPCompression(.gzip(level: 1))

  /// gzip at a level from 1, the fastest, to 9, the smallest. Another is refused when the exporter is made.
  public static func gzip(level: Int) -> OTLPCompression { OTLPCompression(.gzip(level: level)) }

  /// gzip at level 1 where it pays: not to a server on this machine, not for small messages, not while it saves less than a tenth of the bytes, and not
  /// while it would take more than a tenth of the time, so that a busy processor sends uncompressed rather than less.
  /// While as many exports are under way as may be, only if an answer takes four times as long as compressing.
  public static let auto = OTLPCompression(.auto)

  /// The name that the command line uses, and but for `auto` the environment: `none`, `gzip` or `auto`.
  public var description: String {
    switch method {
    case .none: "none"
    case .gzip: "gzip"
    case .auto: "auto"
    }
  }

  /// Of gzip; nil without.
  var level: Int? {
    switch method {
    case .none: nil
    case .gzip(let level): level
    case .auto: 1
    }
  }
}
