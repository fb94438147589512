package import OTLPExport
internal import TelemetryCore

extension ToolError {
  /// An invalid value is bad usage if an option gave it. A value of the environment and an unusable file are bad
  /// configuration.
  package init(_ error: OTLPError) {
    let option = error.option.flatMap { ExportOptions.option(for: $0) }
    switch (error.configuration, option) {
    case (let refused?, let option?): self.init(usage: Self.named(refused.renamed(option)))
    case (let refused?, nil): self.init(.configuration, refused.description)
    case (nil, let option?): self.init(.configuration, "\(option): \(error.reason)")
    case (nil, nil): self.init(.configuration, error.message)
    }
  }

  /// Names the option that is missing beside another one.
  private static func named(_ error: ConfigurationError) -> ConfigurationError {
    let missing = ["--client-certificate": "--client-key", "--client-key": "--client-certificate"]
    guard let other = missing[error.option], error.allowed.contains("together with") else { return error }
    return ConfigurationError(
      option: error.option, value: error.value, allowed: "\(error.allowed), which is missing: give \(other)")
  }
}
