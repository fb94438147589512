internal import COTLPOpenSSL

/// The state of one connection for OpenSSL's callbacks. The storage lives behind a pointer, never in class properties.
@unsafe
struct TLSStorage {
  var isServer = false
  /// The host, or the URI, that the certificate must be for; empty on a server.
  var host = ""
  /// The URI that the certificate must contain in the place of a name.
  var expectedURI: String?
  /// The trusted authorities as messages name them.
  var trust: String
  var hasCertificate = true
  var minimumVersion = TLSConfiguration.Version.tls12
  var requiresHTTP2: Bool
  /// The cache for a client's sessions, and the key of this peer in it.
  var sessions: TLSSessionCache?
  var sessionPeer = ""

  var input = unsafe ByteQueue()
  var output = unsafe ByteQueue()
  /// The transport has ended.
  var inputEnded = false
  /// The server asked for a client certificate.
  var certificateRequested = false
  /// The reason why the server accepts no signature of the client's key; nil without such a reason.
  var unsuitableKey: String?
  /// The certificate contains `expectedURI`.
  var isForExpectedURI = false
  /// The validity of the full verification, by this connection or before the session was resumed.
  var validity: TLSSessionValidity?
  /// The validity of the session that was offered to the server.
  var offeredValidity: TLSSessionValidity?
  /// The first failure in the verification of the peer's chain.
  var verifyFailure: TLSError?
  /// The chain that wasn't accepted, as the peer sent it.
  var refusedChain: [TLSPeer.Certificate] = []

  /// The state of a server's connection.
  init(serverWithTrust trust: String, requiresHTTP2: Bool) {
    unsafe isServer = true
    unsafe self.trust = trust
    unsafe self.requiresHTTP2 = requiresHTTP2
  }

  /// The state of a client's connection.
  init(_ context: TLSContext, host: String, place: String) {
    unsafe self.host = context.expectedURI ?? host
    unsafe expectedURI = context.expectedURI
    unsafe trust = context.trust
    unsafe hasCertificate = context.hasCertificate
    unsafe minimumVersion = context.configuration.minimumVersion
    unsafe requiresHTTP2 = true
    unsafe sessions = context.sessions
    unsafe sessionPeer = "\(host) \(place)"
  }

  static func of(_ ssl: OpaquePointer?) -> UnsafeMutablePointer<TLSStorage>? {
    // Index 0 is OpenSSL's own "app data".
    unsafe SSL_get_ex_data(ssl, 0)?.assumingMemoryBound(to: TLSStorage.self)
  }
}
