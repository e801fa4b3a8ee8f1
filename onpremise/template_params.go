package onpremise

import (
	"time"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// Fallback sends a template in the receiver's language if it is there in that, and else in the
// one of code: "en" or "en_US".
func Fallback(code string) Language { return Language{Policy: LanguageFallback, Code: code} }

// Deterministic sends a template in the language of code and no other.
func Deterministic(code string) Language { return Language{Policy: LanguageDeterministic, Code: code} }

// TextParam is text for a place of a template, as it is.
func TextParam(text string) LocalizableParam { return LocalizableParam{Default: text} }

// CurrencyParam is an amount of money, in thousandths of a currency of three letters. It is
// shown the way the receiver writes amounts, or as text where that cannot be done.
func CurrencyParam(text, currency string, thousandths int) LocalizableParam {
	return LocalizableParam{Default: text, Currency: &Currency{CurrencyCode: currency, Thousandths: thousandths}}
}

// EpochParam is a moment, shown in the receiver's time zone, or as text where that cannot be
// done.
func EpochParam(text string, moment time.Time) LocalizableParam {
	return LocalizableParam{Default: text, DateTime: &DateTime{
		UnixEpoch: &onpremiseapi.DateTimeUnixEpoch{Timestamp: moment.Unix()},
	}}
}

// DateTimeParam is a date or a time by its parts, of which those that are set are shown the way
// the receiver writes them, or text where that cannot be done. [PartsOf] takes them from a
// time.
func DateTimeParam(text string, parts DateTimeComponent) LocalizableParam {
	return LocalizableParam{Default: text, DateTime: &DateTime{Component: &parts}}
}

// PartsOf is the parts of a moment in its own time zone, from the year to the minute.
func PartsOf(moment time.Time) DateTimeComponent {
	weekday := moment.Weekday()
	if weekday == time.Sunday {
		weekday += 7 // here the week ends with it
	}
	return DateTimeComponent{
		Year: moment.Year(), Month: int(moment.Month()), DayOfMonth: moment.Day(),
		DayOfWeek: onpremiseapi.DayOfWeek(weekday), Hour: new(moment.Hour()), Minute: new(moment.Minute()),
	}
}
