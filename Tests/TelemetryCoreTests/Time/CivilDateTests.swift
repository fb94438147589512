import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct CivilDateTests {
  @Test(
    "known dates, both ways",
    arguments: [
      (0, 1970, 1, 1), (58, 1970, 2, 28), (59, 1970, 3, 1), (789, 1972, 2, 29), (11_016, 2000, 2, 29),
      (11_017, 2000, 3, 1), (20_788, 2026, 12, 1), (47_540, 2100, 2, 28), (47_541, 2100, 3, 1),
    ])
  func known(_ days: Int, _ year: Int, _ month: Int, _ day: Int) {
    let date = CivilDate(year: year, month: month, day: day)
    #expect(CivilDate(daysSince1970: days) == date && date.daysSince1970 == days)
  }

  @Test("each day follows the one before, to the last that a time in nanoseconds can mean")
  func days() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var (year, month, day) = (1970, 1, 1)
    for days in 0...213_503 {
      let date = CivilDate(daysSince1970: days)
      guard date == CivilDate(year: year, month: month, day: day), date.daysSince1970 == days else {
        Issue.record("\(days): \(date)")
        return
      }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      day += 1
      guard day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) else { continue }
      (month, day) = month == 12 ? (1, 1) : (month + 1, 1)
      if month == 1 { year += 1 }
    }
    #expect(year == 2554)
  }

  @Test func text() {
    #expect(CivilDate(year: 2026, month: 1, day: 31).text == "2026-01-31")
    #expect(CivilDate.digits(7, 3) == "007" && CivilDate.digits(12_345, 3) == "12345")
  }
}
