extension Attributes {
  /// The attributes of the semantic conventions for an error: type, message and stack trace.
  static func exception(_ error: any Error) -> Attributes {
    var attributes: Attributes = [
      "exception.type": .string(String(reflecting: type(of: error))), "exception.message": .string("\(error)"),
    ]
    if let stackTrace = (error as? any StackTraced)?.stackTrace {
      attributes["exception.stacktrace"] = .string(stackTrace)
    }
    return attributes
  }
}

/// An error that gives the stack trace of the place where it was made.
public protocol StackTraced: Error {
  /// The stack trace in the usual form of the language.
  var stackTrace: String { get }
}
