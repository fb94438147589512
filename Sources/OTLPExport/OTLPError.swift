public import TelemetryCore

/// The reason why an OTLP exporter could not be made or items were not delivered.
///
/// The message never contains a secret: header values and credentials in URLs are omitted. Text from a server is shortened
/// and has no control characters.
public struct OTLPError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure. Later versions may add kinds, so a `switch` needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the kind.
    public let description: String

    private init(_ description: String) { self.description = description }

    /// A value of the configuration is refused: ``OTLPError/configuration``.
    public static let invalidConfiguration = Code("invalidConfiguration")
    /// A certificate, key or CA file can't be used.
    public static let unusableFile = Code("unusableFile")
    /// The system gave no thread or no descriptor.
    public static let system = Code("system")
    /// No connection was established: the name, the address or the port may be wrong.
    public static let unreachable = Code("unreachable")
    /// TLS refused the server, or the server refused the client's certificate.
    public static let tls = Code("tls")
    /// The header provider failed, or took longer than an export may.
    public static let headerProvider = Code("headerProvider")
    /// The deadline passed, or would pass before the next attempt.
    public static let timeout = Code("timeout")
    /// The server's response forbids a retry.
    public static let refused = Code("refused")
    /// A request exceeds the server's or the configured limit.
    public static let tooLarge = Code("tooLarge")
    /// The server accepted the request and rejected some of the items.
    public static let partialSuccess = Code("partialSuccess")
    /// The exporter was shut down.
    public static let shutdown = Code("shutdown")
  }

  /// The kind of failure.
  public let code: Code
  /// A description for users.
  public let message: String
  /// The refused value, if the code is ``Code/invalidConfiguration``.
  public let configuration: ConfigurationError?
  /// The option or the environment variable of the value or the file; nil for failures of delivery.
  public let option: String?
  /// The name of the gRPC status of the last attempt, such as `UNAVAILABLE`; nil without a status.
  public let status: String?
  /// The path of the file that can't be used; nil for a PEM text and for other errors.
  public let file: String?
  /// The message without the option.
  package let reason: String

  /// Makes an error.
  public init(_ code: Code, _ message: String, status: String? = nil, option: String? = nil) {
    self.code = code
    self.message = message
    self.status = status
    self.option = option
    (configuration, file, reason) = (nil, nil, message)
  }

  /// Makes the error of a file, or of a PEM text, that can't be used.
  package init(unusableFile file: String?, option: String?, _ reason: String) {
    code = .unusableFile
    message = option.map { "\($0): \(reason)" } ?? reason
    (self.option, self.file, self.reason) = (option, file, reason)
    (configuration, status) = (nil, nil)
  }

  /// Wraps a refused value.
  public init(_ configuration: ConfigurationError) {
    code = .invalidConfiguration
    message = configuration.description
    (status, file, reason) = (nil, nil, configuration.description)
    option = configuration.option
    self.configuration = configuration
  }

  /// The message.
  public var description: String { message }
}

extension OTLPError {
  /// `error.type` of dropped items: the status of a response that forbids a retry, else the obstacle (4.13.3).
  var metricType: String {
    switch code {
    case .refused: status.map(OTLPTransport.withoutPrefix) ?? "_OTHER"
    case .timeout: "timeout"
    case .unreachable: "unreachable"
    case .tls: "tls"
    case .headerProvider: "header_provider"
    case .tooLarge: "too_large"
    case .shutdown: "shutdown"
    default: "_OTHER"
    }
  }
}
