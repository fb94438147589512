internal import OTLPExport

/// The tool's man page, in roff.
package enum ManPage {
  package static func text(_ summary: String, _ commands: [CommandDescription]) -> String {
    var lines = [
      ".TH OTLP 1 \"\" \"swift\\-otlp \(escaped(PackageVersion.current))\" \"User Commands\"",
      ".SH NAME", "otlp \\- \(escaped(summary))",
      ".SH SYNOPSIS", "\\fBotlp\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]", ".SH COMMANDS",
    ]
    for command in commands { lines += section(command) }
    lines += [".SH ENVIRONMENT", escaped(environment), ".SH EXIT STATUS"]
    for (code, meaning) in codes { lines += [".TP", "\\fB\(code.rawValue)\\fR", escaped(meaning)] }
    for (codes, meaning) in commandCodes { lines += [".TP", "\\fB\(codes)\\fR", escaped(meaning)] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ command: CommandDescription) -> [String] {
    let place = command.operand.map { " \\fI\(escaped($0.synopsis))\\fR" } ?? ""
    var lines = [".SS \"otlp \(command.name)\"", "\\fBotlp \(command.name)\\fR [\\fIOPTIONS\\fR]\(place)", ".PP"]
    lines += [escaped(command.summary.prefix(1).uppercased() + command.summary.dropFirst()) + "."]
    for line in command.notes.split(separator: "\n") { lines += [".br", escaped(line)] }
    if let operand = command.operand, let place = operand.placeholder {
      lines += [".TP", "\\fI\(place)\\fR", escaped(operand.help)]
    }
    for option in command.options {
      let value = option.placeholder.map { " \\fI\(escaped($0))\\fR" } ?? ""
      lines += [".TP", "\\fB\\-\\-\(escaped(option.name))\\fR\(value)", escaped(option.fullHelp)]
    }
    return lines
  }

  private static let environment = """
    The commands that connect read OTEL_EXPORTER_OTLP_* (with TRACES_, LOGS_ or METRICS_ before the rest of a name, for \
    that signal only), OTEL_BSP_* for spans, OTEL_BLRP_* for log records, and OTEL_METRIC_EXPORT_TIMEOUT for metrics; an \
    option overrides a variable. Proxies are in grpc_proxy, https_proxy, http_proxy and all_proxy, hosts without one in no_grpc_proxy \
    and no_proxy. exec and span also read OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER, OTEL_TRACES_SAMPLER, \
    OTEL_TRACES_SAMPLER_ARG, OTEL_PROPAGATORS, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, and the parent's context \
    from TRACEPARENT, TRACESTATE and BAGGAGE. doctor also reads OTEL_LOGS_EXPORTER, OTEL_METRICS_EXPORTER and \
    OTEL_METRIC_EXPORT_INTERVAL, and shows the source of each value. OTEL_LOG_LEVEL chooses the messages on standard error.
    """

  private static let codes: [(ExitCode, String)] = [
    (.success, "Everything was delivered."), (.usage, "An option or argument is invalid."),
    (.badData, "Some of the input is invalid."), (.noInput, "An input file can't be read."),
    (.loss, "Something was not delivered."),
    (.configuration, "A certificate or an environment variable can't be used, or the system refused a resource."),
  ]

  private static let commandCodes = [
    ("126", "exec: the command can't be executed."), ("127", "exec: there is no such command."),
    ("128+N", "exec: signal N ended the command."),
    ("130, 143", "A second interrupt (130) or termination signal (143) ended the tool at once."),
  ]

  /// Escapes the characters that roff interprets.
  private static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'" where result.isEmpty, "." where result.isEmpty: result += "\\&\(character)"
      case _ where !character.isASCII:
        let digits = String(character.value, radix: 16, uppercase: true)
        result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
