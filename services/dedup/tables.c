/* tables.c - plain facts as lists: encounters, months, countries, agencies. */
#include "tables.h"

#include <stddef.h>

word_list table_encounters = {
    ['c' - 'a'] = {[12] = "conversation"},
    ['d' - 'a'] = {[8] = "dialogue", [11] = "discussions"},
    ['h' - 'a'] = {[5] = "heads"},
    ['m' - 'a'] = {[3] = "met", [4] = "meet", [5] = "meets", [7] = "meeting" "mission", [8] = "meetings"},
    ['n' - 'a'] = {[12] = "negotiations"},
    ['s' - 'a'] = {[6] = "summit", [7] = "session"},
    ['t' - 'a'] = {[4] = "talk" "trip", [5] = "talks", [6] = "travel", [7] = "travels", [8] = "traveled", [9] = "traveling" "travelled", [10] = "travelling"},
    ['v' - 'a'] = {[5] = "visit", [6] = "visits", [7] = "visited"},
};

const char *const table_months = " january february march april may june july august september october november december jan feb mar apr jun jul aug sep "
    "sept oct nov dec monday tuesday wednesday thursday friday saturday sunday ";

const char *const table_countries = " afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas bahrain bangladesh "
    "barbados belarus belgium belize benin bhutan bolivia bosnia herzegovina botswana brazil britain brunei bulgaria burundi cambodia cameroon "
    "canada chad chile china colombia congo croatia cuba cyprus czechia republic denmark dominica ecuador egypt england eritrea estonia eswatini "
    "ethiopia fiji finland france gabon gambia georgia germany ghana greece grenada guatemala guinea guyana haiti honduras hungary iceland "
    "india indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya kiribati korea kosovo kuwait kyrgyzstan laos latvia "
    "lebanon lesotho liberia libya liechtenstein lithuania luxembourg macedonia madagascar malawi malaysia maldives mali malta mauritania "
    "mauritius mexico micronesia moldova mongolia montenegro morocco mozambique myanmar namibia nauru nepal netherlands zealand nicaragua niger "
    "nigeria norway oman pakistan palau palestine panama paraguay peru philippines poland portugal qatar romania russia rwanda samoa senegal "
    "serbia seychelles leone slovakia slovenia somalia africa spain lanka sudan suriname sweden switzerland syria taiwan tajikistan tanzania "
    "thailand togo tonga trinidad tunisia turkey turkmenistan tuvalu uganda ukraine emirates kingdom states uruguay uzbekistan vanuatu vatican "
    "venezuela vietnam yemen zambia zimbabwe europe asia america americas east west middle us u.s uk usa ";

const struct table_agency table_agencies[] = {
    {"associated press", "AP"}, {"ap", "AP"}, {"reuters", "Reuters"}, {"thomson reuters", "Reuters"}, {"agence france presse", "AFP"}, {"afp", "AFP"},
    {"upi", "UPI"}, {"united press international", "UPI"}, {"dpa", "dpa"}, {"bloomberg", "Bloomberg"}, {"xinhua", "Xinhua"}, {"interfax", "Interfax"},
    {"itar tass", "TASS"}, {"tass", "TASS"}, {"press association", "PA"}, {"pa media", "PA"}, {"kyodo", "Kyodo"}, {"efe", "EFE"}, {"ansa", "ANSA"},
    {"press trust of india", "PTI"}, {"pti", "PTI"}, {"ians", "IANS"}, {"yonhap", "Yonhap"}, {"anadolu", "Anadolu"}, {"canadian press", "CP"},
    {"australian associated press", "AAP"}, {"aap", "AAP"}, {NULL, NULL},
};
