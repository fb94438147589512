public import TelemetryCore

/// Why an OTLP exporter could not be made, or why items were not delivered.
///
/// The text names what was wrong and never holds a secret: header values and credentials in URLs are left out, and
/// what a server wrote is cut and stripped of control characters.
public struct OTLPError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure; more may come, so a `switch` needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the kind.
    public let description: String

    private init(_ description: String) { self.description = description }

    /// A value of the configuration is refused; ``OTLPError/configuration`` names it.
    public static let invalidConfiguration = Code("invalidConfiguration")
    /// A certificate, key or CA file can't be used.
    public static let unusableFile = Code("unusableFile")
    /// The system gave no thread or no descriptor.
    public static let system = Code("system")
    /// No connection came about: the name, the address, or the port.
    public static let unreachable = Code("unreachable")
    /// TLS refused the server, or the server refused us.
    public static let tls = Code("tls")
    /// The header provider failed, or took longer than an export may.
    public static let headerProvider = Code("headerProvider")
    /// The deadline passed, or the next attempt would have come after it.
    public static let timeout = Code("timeout")
    /// The server's answer forbids a retry.
    public static let refused = Code("refused")
    /// A request exceeds what the server, or the configuration, allows.
    public static let tooLarge = Code("tooLarge")
    /// The server took the request and rejected some of its items, or had something to say of them.
    public static let partialSuccess = Code("partialSuccess")
    /// The exporter was shut down.
    public static let shutdown = Code("shutdown")
  }

  /// The kind of failure.
  public let code: Code
  /// What was wrong, for people.
  public let message: String
  /// The refused value, if the code is ``Code/invalidConfiguration``.
  public let configuration: ConfigurationError?
  /// The option or the environment variable that holds the value or names the file; nil for failures of delivery.
  public let option: String?
  /// The name of the gRPC status that the last attempt ended with, such as `UNAVAILABLE`; nil if there is none.
  public let status: String?

  /// Makes an error.
  public init(_ code: Code, _ message: String, status: String? = nil, option: String? = nil) {
    self.code = code
    self.message = message
    self.status = status
    self.option = option
    configuration = nil
  }

  /// Wraps a refused value.
  public init(_ configuration: ConfigurationError) {
    code = .invalidConfiguration
    message = configuration.description
    status = nil
    option = configuration.option
    self.configuration = configuration
  }

  /// The message.
  public var description: String { message }
}
