#if !SQLite
  /// Not available: the trait `SQLite` of the package swift-otlp is off.
  @available(
    *, unavailable,
    message: """
      enable the trait SQLite of swift-otlp: .package(url: …, from: …, traits: ["SQLite"]), and install SQLite \
      (libsqlite3-dev)
      """
  )
  public final class SQLiteExporter {
    /// Not available.
    public init() {}
  }
#endif

#if !PostgreSQL
  /// Not available: the trait `PostgreSQL` of the package swift-otlp is off.
  @available(
    *, unavailable,
    message: """
      enable the trait PostgreSQL of swift-otlp: .package(url: …, from: …, traits: ["PostgreSQL"]), and install libpq \
      (libpq-dev)
      """
  )
  public final class PostgreSQLExporter {
    /// Not available.
    public init() {}
  }
#endif
