internal import OTLPExport
internal import TelemetryCore

/// The consequences of HTTP statuses (RULES 3.2.5 to 3.2.7).
enum HTTPFailureMeaning {
  static func meaning(of status: Int) -> AttemptFailure.Meaning {
    switch status {
    case 429, 503: .unavailable
    case 502, 504: .retry
    case 400: .badData
    case 401: .unauthenticated
    case 413: .tooLarge(limit: nil)
    // The media type of the request is the protocol's, so only the encoding can be unsupported.
    case 415: .encodingRefused
    default: .drop
    }
  }

  /// True if `Retry-After` counts.
  static func permitsRetry(_ status: Int) -> Bool { [.retry, .unavailable].contains(meaning(of: status)) }

  /// The state of the request: a proxy that got no answer from the server may have passed the request on.
  static func fate(of status: Int) -> RequestFate { status == 502 || status == 504 ? .unknown : .processed }

  /// The reason phrase of a status (RFC 9110, 15); empty for an unusual one.
  static func phrase(of status: Int) -> String {
    switch status {
    case 301: "Moved Permanently"
    case 302: "Found"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 407: "Proxy Authentication Required"
    case 408: "Request Timeout"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: ""
    }
  }
}
