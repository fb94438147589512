package import OTLPExport
internal import TelemetryCore

extension ToolError {
  /// An invalid value is bad usage if an option gave it. A value of the environment and an unusable file are bad
  /// configuration.
  package init(_ error: OTLPError) {
    let option = error.option.flatMap { ExportOptions.option(for: $0) }
    switch (error.configuration, option) {
    case (let refused?, let option?): self.init(usage: refused.renamed(option))
    case (let refused?, nil): self.init(.configuration, refused.description)
    case (nil, let option?): self.init(.configuration, "\(option): \(error.reason)")
    case (nil, nil): self.init(.configuration, error.message)
    }
  }
}
