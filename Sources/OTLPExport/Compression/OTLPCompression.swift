/// The compression of request messages.
public struct OTLPCompression: Hashable, Sendable, CustomStringConvertible {
  package enum Method: Hashable, Sendable {
    case none
    case gzip(level: Int)
    case auto
  }

  package let method: Method

  private init(_ method: Method) { self.method = method }

  /// No compression.
  public static let none = OTLPCompression(.none)
  /// gzip at level 1, the fastest, which compresses OTLP well.
  public static let gzip = OTLPCompression(.gzip(level: 1))

  /// gzip at a level from 1, the fastest, to 9, the smallest. Other levels are an error when the exporter is made.
  public static func gzip(level: Int) -> OTLPCompression { OTLPCompression(.gzip(level: level)) }

  /// gzip at level 1 where compression pays: not to a server on this machine, not for small messages, not while compression
  /// saves less than a tenth of the bytes, and not while it takes more than a tenth of the time, so that a busy processor
  /// sends uncompressed. While all permitted exports are in progress, only if a response takes four times as long as the
  /// compression.
  public static let auto = OTLPCompression(.auto)

  /// The name on the command line, and except for `auto` in the environment: `none`, `gzip` or `auto`.
  public var description: String {
    switch method {
    case .none: "none"
    case .gzip: "gzip"
    case .auto: "auto"
    }
  }

  /// The level of gzip; nil without compression.
  var level: Int? {
    switch method {
    case .none: nil
    case .gzip(let level): level
    case .auto: 1
    }
  }
}
