package meter

import "strings"

// makers are names of makers by their FLAG ids, which meters write before their own
// (DLMS User Association). Some network operators have their own.
var makers = map[string]string{
	"ADN": "Aidon", "APA": "Apator", "APT": "Apator", "AUX": "Aux", "DZG": "DZG Metering", "EAS": "EasyMeter", "EBZ": "eBZ", "EFR": "EFR",
	"EGM": "EasyMeter", "ELL": "Ellevio", "ELS": "Elster", "EMH": "EMH metering", "ENE": "Enexis", "EST": "Energie Steiermark", "ESY": "EasyMeter", "FLU": "Fluvius",
	"GWF": "GWF", "HAG": "Hager", "HLY": "Holley", "IME": "Intellihub", "ISK": "Iskraemeco", "ITF": "Itron", "ITR": "Itron", "ITZ": "Itron",
	"KAM": "Kamstrup", "KFM": "Kaifa", "KMP": "Kamstrup", "LGF": "Landis+Gyr", "LGZ": "Landis+Gyr", "LGB": "Landis+Gyr", "LOG": "Logarex",
	"NDX": "Dr. Neuhaus", "DNT": "Dr. Neuhaus", "NES": "NES", "NWA": "NieuweWarmteweg", "NTX": "Sagemcom Dr. Neuhaus", "QDS": "Qundis", "SAG": "Sagemcom",
	"SLB": "Schlumberger", "TEC": "TecVal", "XMX": "Xemex", "ZIV": "ZIV", "ZPA": "ZPA", "ZRI": "Zenner",
}

// Maker returns the name that belongs to a FLAG id in any case, or else the id itself.
func Maker(flag string) string {
	if name, ok := makers[strings.ToUpper(flag)]; ok {
		return name
	}
	return flag
}
