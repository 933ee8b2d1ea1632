/* world.c - countries with their demonyms, capitals and heads, bodies and regions: the table, and how to look things up in it.
 *
 * Facts as of 2025. Sources are named in NOTICE.md beside this file. A country's row: name; other names; demonyms; capital (name, then
 * other names); heads of state and government of late (a name, then ':'
 * and what else they are called; a '+' before it: the last word alone is not the family's name, or is an everyday word). */
#include "world.h"

#include <stdlib.h>

enum { FACTS_MAX = 2048, SLOTS = 16384, ALIAS_TOKENS_MAX = 6 };

struct world {
    const struct lexicon *lex;
    struct fact facts[FACTS_MAX];
    size_t n;
    struct alias slot[SLOTS]; /* hash == 0: free */
    char *names;              /* backs facts[].name */
    size_t used;
};

static const struct country {
    const char *name, *also, *demonyms, *capital, *heads;
} countries[] = {
    {"Afghanistan", "", "Afghan|Afghans", "Kabul", "Hibatullah Akhundzada"},
    {"Albania", "", "Albanian|Albanians", "Tirana", "Edi Rama"},
    {"Algeria", "", "Algerian|Algerians", "Algiers", "Abdelmadjid Tebboune"},
    {"Andorra", "", "Andorran|Andorrans", "", ""},
    {"Angola", "", "Angolan|Angolans", "Luanda", "João Lourenço"},
    {"Argentina", "", "Argentine|Argentines|Argentinian|Argentinians", "Buenos Aires", "Javier Milei"},
    {"Armenia", "", "Armenian|Armenians", "Yerevan", "Nikol Pashinyan"},
    {"Australia", "", "Australian|Australians|Aussie|Aussies", "Canberra", "Anthony Albanese"},
    {"Austria", "", "Austrian|Austrians", "Vienna", "Alexander Van der Bellen|Christian Stocker"},
    {"Azerbaijan", "", "Azerbaijani|Azerbaijanis|Azeri|Azeris", "Baku", "Ilham Aliyev"},
    {"Bahamas", "The Bahamas", "Bahamian|Bahamians", "Nassau", ""},
    {"Bahrain", "", "Bahraini|Bahrainis", "Manama", ""},
    {"Bangladesh", "", "Bangladeshi|Bangladeshis", "Dhaka", "Muhammad Yunus|Sheikh Hasina:Hasina"},
    {"Barbados", "", "Barbadian|Barbadians", "Bridgetown", "Mia Mottley"},
    {"Belarus", "", "Belarusian|Belarusians", "Minsk", "Alexander Lukashenko:Aleksandr Lukashenko"},
    {"Belgium", "", "Belgian|Belgians", "Brussels", "Bart De Wever:De Wever"},
    {"Belize", "", "Belizean|Belizeans", "Belmopan", ""},
    {"Benin", "", "Beninese", "Porto-Novo", "Patrice Talon"},
    {"Bhutan", "", "Bhutanese", "Thimphu", ""},
    {"Bolivia", "", "Bolivian|Bolivians", "La Paz", "Luis Arce"},
    {"Bosnia and Herzegovina", "Bosnia|Bosnia-Herzegovina", "Bosnian|Bosnians", "Sarajevo", ""},
    {"Botswana", "", "Botswanan|Motswana|Batswana", "Gaborone", "Duma Boko"},
    {"Brazil", "", "Brazilian|Brazilians", "Brasília:Brasilia", "Luiz Inácio Lula da Silva:Lula|Jair Bolsonaro"},
    {"Brunei", "", "Bruneian|Bruneians", "Bandar Seri Begawan", ""},
    {"Bulgaria", "", "Bulgarian|Bulgarians", "Sofia", "Rumen Radev"},
    {"Burkina Faso", "", "Burkinabe|Burkinabé", "Ouagadougou", "Ibrahim Traoré"},
    {"Burundi", "", "Burundian|Burundians", "Gitega", "Évariste Ndayishimiye"},
    {"Cambodia", "", "Cambodian|Cambodians", "Phnom Penh", "+Hun Manet|+Hun Sen"},
    {"Cameroon", "", "Cameroonian|Cameroonians", "Yaoundé:Yaounde", "Paul Biya"},
    {"Canada", "", "Canadian|Canadians", "Ottawa", "Mark Carney|Justin Trudeau"},
    {"Cape Verde", "Cabo Verde", "Cape Verdean", "Praia", ""},
    {"Central African Republic", "CAR", "", "Bangui", "Faustin-Archange Touadéra"},
    {"Chad", "", "Chadian|Chadians", "N'Djamena", "Mahamat Déby"},
    {"Chile", "", "Chilean|Chileans", "Santiago", "Gabriel Boric"},
    {"China", "People's Republic of China|PRC", "Chinese", "Beijing:Peking", "+Xi Jinping:Xi|+Li Qiang"},
    {"Colombia", "", "Colombian|Colombians", "Bogotá:Bogota", "Gustavo Petro"},
    {"Comoros", "", "Comorian|Comorians", "Moroni", ""},
    {"Costa Rica", "", "Costa Rican|Costa Ricans", "San José", "Rodrigo Chaves"},
    {"Croatia", "", "Croatian|Croatians|Croat|Croats", "Zagreb", "Andrej Plenković:Andrej Plenkovic|Zoran Milanović"},
    {"Cuba", "", "Cuban|Cubans", "Havana", "Miguel Díaz-Canel"},
    {"Cyprus", "", "Cypriot|Cypriots", "Nicosia", "Nikos Christodoulides"},
    {"Czech Republic", "Czechia", "Czech|Czechs", "Prague", "Petr Pavel|Petr Fiala"},
    {"Democratic Republic of the Congo", "Democratic Republic of Congo|DR Congo|DRC", "", "Kinshasa", "Félix Tshisekedi:Felix Tshisekedi"},
    {"Republic of the Congo", "", "", "Brazzaville", "Denis Sassou Nguesso"},
    {"Denmark", "", "Danish|Dane|Danes", "Copenhagen", "Mette Frederiksen"},
    {"Djibouti", "", "Djiboutian|Djiboutians", "", "Ismaïl Omar Guelleh"},
    {"Dominican Republic", "", "", "Santo Domingo", "Luis Abinader"},
    {"Ecuador", "", "Ecuadorian|Ecuadorians|Ecuadorean|Ecuadoreans", "Quito", "Daniel Noboa"},
    {"Egypt", "", "Egyptian|Egyptians", "Cairo", "Abdel Fattah el-Sisi:Abdel Fattah al-Sisi|Hosni Mubarak"},
    {"El Salvador", "", "Salvadoran|Salvadorans", "San Salvador", "Nayib Bukele"},
    {"Equatorial Guinea", "", "", "Malabo", ""},
    {"Eritrea", "", "Eritrean|Eritreans", "Asmara", "Isaias Afwerki"},
    {"Estonia", "", "Estonian|Estonians", "Tallinn", "Alar Karis|Kristen Michal"},
    {"Eswatini", "Swaziland", "Swazi|Swazis", "Mbabane", ""},
    {"Ethiopia", "", "Ethiopian|Ethiopians", "Addis Ababa", "Abiy Ahmed:Abiy"},
    {"Fiji", "", "Fijian|Fijians", "Suva", "Sitiveni Rabuka"},
    {"Finland", "", "Finnish|Finn|Finns", "Helsinki", "Alexander Stubb|Petteri Orpo|Sauli Niinistö"},
    {"France", "", "French|Frenchman|Frenchmen|Frenchwoman", "Paris", "Emmanuel Macron"},
    {"Gabon", "", "Gabonese", "Libreville", "Brice Oligui Nguema"},
    {"Gambia", "The Gambia", "Gambian|Gambians", "Banjul", "Adama Barrow"},
    {"Georgia", "", "Georgian|Georgians", "Tbilisi", "Irakli Kobakhidze"},
    {"Germany", "Federal Republic of Germany", "German|Germans", "Berlin", "Friedrich Merz|Olaf Scholz|Angela Merkel|Frank-Walter Steinmeier"},
    {"Ghana", "", "Ghanaian|Ghanaians", "Accra", "John Mahama|Nana Akufo-Addo"},
    {"Greece", "", "Greek|Greeks", "Athens", "Kyriakos Mitsotakis"},
    {"Grenada", "", "Grenadian|Grenadians", "", ""},
    {"Guatemala", "", "Guatemalan|Guatemalans", "Guatemala City", "Bernardo Arévalo"},
    {"Guinea", "", "Guinean|Guineans", "Conakry", "Mamady Doumbouya"},
    {"Guinea-Bissau", "", "", "Bissau", "Umaro Sissoco Embaló"},
    {"Guyana", "", "Guyanese", "Georgetown", "Irfaan Ali"},
    {"Haiti", "", "Haitian|Haitians", "Port-au-Prince", ""},
    {"Honduras", "", "Honduran|Hondurans", "Tegucigalpa", "Xiomara Castro"},
    {"Hungary", "", "Hungarian|Hungarians", "Budapest", "Viktor Orbán:Viktor Orban|Tamás Sulyok"},
    {"Iceland", "", "Icelandic|Icelander|Icelanders", "Reykjavik:Reykjavík", "Kristrún Frostadóttir"},
    {"India", "", "Indian|Indians", "New Delhi", "Narendra Modi|Droupadi Murmu"},
    {"Indonesia", "", "Indonesian|Indonesians", "Jakarta", "Prabowo Subianto:Prabowo|Joko Widodo"},
    {"Iran", "Islamic Republic of Iran", "Iranian|Iranians", "Tehran:Teheran", "Ali Khamenei:Ayatollah Ali Khamenei|Masoud Pezeshkian|Ebrahim Raisi"},
    {"Iraq", "", "Iraqi|Iraqis", "Baghdad", "Mohammed Shia al-Sudani"},
    {"Ireland", "Republic of Ireland", "Irish|Irishman", "Dublin", "Micheál Martin:Micheal Martin|Simon Harris|Leo Varadkar"},
    {"Israel", "", "Israeli|Israelis", "Jerusalem", "Benjamin Netanyahu:Binyamin Netanyahu|Isaac Herzog"},
    {"Italy", "", "Italian|Italians", "Rome", "Giorgia Meloni|Sergio Mattarella"},
    {"Ivory Coast", "Côte d'Ivoire|Cote d'Ivoire", "Ivorian|Ivorians", "Yamoussoukro", "Alassane Ouattara"},
    {"Jamaica", "", "Jamaican|Jamaicans", "Kingston", "Andrew Holness"},
    {"Japan", "", "Japanese", "Tokyo", "Shigeru Ishiba|Fumio Kishida|Shinzo Abe|Sanae Takaichi"},
    {"Jordan", "", "Jordanian|Jordanians", "Amman", ""},
    {"Kazakhstan", "", "Kazakh|Kazakhs|Kazakhstani|Kazakhstanis", "Astana", "Kassym-Jomart Tokayev"},
    {"Kenya", "", "Kenyan|Kenyans", "Nairobi", "William Ruto|Uhuru Kenyatta"},
    {"Kosovo", "", "Kosovar|Kosovars", "Pristina", "Albin Kurti|Vjosa Osmani"},
    {"Kuwait", "", "Kuwaiti|Kuwaitis", "Kuwait City", ""},
    {"Kyrgyzstan", "", "Kyrgyz", "Bishkek", "Sadyr Japarov"},
    {"Laos", "", "Laotian|Laotians|Lao", "Vientiane", ""},
    {"Latvia", "", "Latvian|Latvians", "Riga", "Evika Siliņa|Edgars Rinkēvičs"},
    {"Lebanon", "", "Lebanese", "Beirut", "Joseph Aoun|Nawaf Salam"},
    {"Lesotho", "", "Basotho", "Maseru", ""},
    {"Liberia", "", "Liberian|Liberians", "Monrovia", "Joseph Boakai|George Weah"},
    {"Libya", "", "Libyan|Libyans", "Tripoli", "Muammar Gaddafi:Moammar Gadhafi:Muammar Gadhafi"},
    {"Liechtenstein", "", "", "Vaduz", ""},
    {"Lithuania", "", "Lithuanian|Lithuanians", "Vilnius", "Gitanas Nausėda:Gitanas Nauseda"},
    {"Luxembourg", "", "Luxembourger|Luxembourgers", "", "Luc Frieden"},
    {"Madagascar", "", "Malagasy", "Antananarivo", "Andry Rajoelina"},
    {"Malawi", "", "Malawian|Malawians", "Lilongwe", "Lazarus Chakwera"},
    {"Malaysia", "", "Malaysian|Malaysians", "Kuala Lumpur", "Anwar Ibrahim:Anwar|Mahathir Mohamad:Mahathir"},
    {"Maldives", "", "Maldivian|Maldivians", "Malé", "Mohamed Muizzu"},
    {"Mali", "", "Malian|Malians", "Bamako", "Assimi Goïta:Assimi Goita"},
    {"Malta", "", "Maltese", "Valletta", "Robert Abela"},
    {"Mauritania", "", "Mauritanian|Mauritanians", "Nouakchott", ""},
    {"Mauritius", "", "Mauritian|Mauritians", "Port Louis", ""},
    {"Mexico", "", "Mexican|Mexicans", "Mexico City", "Claudia Sheinbaum|Andrés Manuel López Obrador:López Obrador"},
    {"Moldova", "", "Moldovan|Moldovans", "Chișinău:Chisinau", "Maia Sandu"},
    {"Monaco", "", "Monegasque", "", ""},
    {"Mongolia", "", "Mongolian|Mongolians", "Ulaanbaatar", ""},
    {"Montenegro", "", "Montenegrin|Montenegrins", "Podgorica", ""},
    {"Morocco", "", "Moroccan|Moroccans", "Rabat", ""},
    {"Mozambique", "", "Mozambican|Mozambicans", "Maputo", "Daniel Chapo"},
    {"Myanmar", "Burma", "Burmese", "Naypyidaw", "+Min Aung Hlaing|+Aung San Suu Kyi:Suu Kyi"},
    {"Namibia", "", "Namibian|Namibians", "Windhoek", "Netumbo Nandi-Ndaitwah"},
    {"Nepal", "", "Nepali|Nepalis|Nepalese", "Kathmandu", "KP Sharma Oli"},
    {"Netherlands", "Holland|The Netherlands", "Dutch|Dutchman", "Amsterdam", "Dick Schoof|Mark Rutte"},
    {"New Zealand", "", "New Zealander|New Zealanders", "Wellington", "Christopher Luxon|Jacinda Ardern"},
    {"Nicaragua", "", "Nicaraguan|Nicaraguans", "Managua", "Daniel Ortega"},
    {"Niger", "", "Nigerien|Nigeriens", "Niamey", "Abdourahamane Tchiani"},
    {"Nigeria", "", "Nigerian|Nigerians", "Abuja", "Bola Tinubu|Muhammadu Buhari"},
    {"North Korea", "DPRK|Democratic People's Republic of Korea", "North Korean|North Koreans", "Pyongyang", "+Kim Jong Un:Kim Jong-un"},
    {"North Macedonia", "Macedonia", "Macedonian|Macedonians", "Skopje", ""},
    {"Norway", "", "Norwegian|Norwegians", "Oslo", "Jonas Gahr Støre|Jens Stoltenberg"},
    {"Oman", "", "Omani|Omanis", "Muscat", ""},
    {"Pakistan", "", "Pakistani|Pakistanis", "Islamabad", "Shehbaz Sharif|Imran Khan"},
    {"Palestine", "State of Palestine", "Palestinian|Palestinians", "Ramallah", "Mahmoud Abbas"},
    {"Panama", "", "Panamanian|Panamanians", "Panama City", "José Raúl Mulino"},
    {"Papua New Guinea", "", "Papua New Guinean", "Port Moresby", "James Marape"},
    {"Paraguay", "", "Paraguayan|Paraguayans", "Asunción", "Santiago Peña"},
    {"Peru", "", "Peruvian|Peruvians", "Lima", "Dina Boluarte"},
    {"Philippines", "The Philippines", "Filipino|Filipinos|Philippine|Filipina", "Manila", "Ferdinand Marcos Jr.:Bongbong Marcos|Rodrigo Duterte"},
    {"Poland", "", "Polish|Pole|Poles", "Warsaw", "Donald Tusk|Andrzej Duda|Karol Nawrocki"},
    {"Portugal", "", "Portuguese", "Lisbon", "Luís Montenegro:Luis Montenegro|Marcelo Rebelo de Sousa"},
    {"Qatar", "", "Qatari|Qataris", "Doha", ""},
    {"Romania", "", "Romanian|Romanians", "Bucharest", "Nicușor Dan:Nicusor Dan|Klaus Iohannis"},
    {"Russia", "Russian Federation", "Russian|Russians", "Moscow", "Vladimir Putin|Dmitry Medvedev|Mikhail Mishustin"},
    {"Rwanda", "", "Rwandan|Rwandans", "Kigali", "Paul Kagame"},
    {"Saudi Arabia", "Kingdom of Saudi Arabia", "Saudi|Saudis|Saudi Arabian", "Riyadh", "Mohammed bin Salman"},
    {"Senegal", "", "Senegalese", "Dakar", "Bassirou Diomaye Faye|Macky Sall"},
    {"Serbia", "", "Serbian|Serbians|Serb|Serbs", "Belgrade", "Aleksandar Vučić:Aleksandar Vucic"},
    {"Sierra Leone", "", "Sierra Leonean|Sierra Leoneans", "Freetown", "Julius Maada Bio"},
    {"Singapore", "", "Singaporean|Singaporeans", "", "Lawrence Wong|+Lee Hsien Loong"},
    {"Slovakia", "", "Slovak|Slovaks|Slovakian", "Bratislava", "Robert Fico|Peter Pellegrini"},
    {"Slovenia", "", "Slovenian|Slovenians|Slovene|Slovenes", "Ljubljana", "Robert Golob"},
    {"Somalia", "", "Somali|Somalis", "Mogadishu", "Hassan Sheikh Mohamud"},
    {"South Africa", "", "South African|South Africans", "Pretoria", "Cyril Ramaphosa|Jacob Zuma"},
    {"South Korea", "Republic of Korea", "South Korean|South Koreans", "Seoul", "+Lee Jae-myung:Lee Jae Myung|+Yoon Suk Yeol:Yoon"},
    {"South Sudan", "", "South Sudanese", "Juba", "Salva Kiir"},
    {"Spain", "", "Spanish|Spaniard|Spaniards", "Madrid", "Pedro Sánchez:Pedro Sanchez"},
    {"Sri Lanka", "", "Sri Lankan|Sri Lankans", "Colombo", "Anura Kumara Dissanayake"},
    {"Sudan", "", "Sudanese", "Khartoum", "Abdel Fattah al-Burhan|Omar al-Bashir"},
    {"Suriname", "", "Surinamese", "Paramaribo", ""},
    {"Sweden", "", "Swedish|Swede|Swedes", "Stockholm", "Ulf Kristersson"},
    {"Switzerland", "", "Swiss", "Bern:Berne", "Karin Keller-Sutter"},
    {"Syria", "", "Syrian|Syrians", "Damascus", "Ahmed al-Sharaa|Bashar al-Assad:Assad"},
    {"Taiwan", "", "Taiwanese", "Taipei", "+Lai Ching-te|+Tsai Ing-wen:Tsai"},
    {"Tajikistan", "", "Tajik|Tajiks", "Dushanbe", "Emomali Rahmon"},
    {"Tanzania", "", "Tanzanian|Tanzanians", "Dodoma", "Samia Suluhu Hassan"},
    {"Thailand", "", "Thai|Thais", "Bangkok", "Paetongtarn Shinawatra|Anutin Charnvirakul"},
    {"Timor-Leste", "East Timor", "Timorese", "Dili", "José Ramos-Horta"},
    {"Togo", "", "Togolese", "Lomé", "Faure Gnassingbé"},
    {"Trinidad and Tobago", "", "Trinidadian|Trinidadians", "Port of Spain", "Kamla Persad-Bissessar"},
    {"Tunisia", "", "Tunisian|Tunisians", "Tunis", "Kais Saied"},
    {"Turkey", "Türkiye|Turkiye", "Turkish|Turk|Turks", "Ankara", "Recep Tayyip Erdoğan:Recep Tayyip Erdogan:Tayyip Erdogan"},
    {"Turkmenistan", "", "Turkmen", "Ashgabat", "Serdar Berdimuhamedow"},
    {"Uganda", "", "Ugandan|Ugandans", "Kampala", "Yoweri Museveni"},
    {"Ukraine", "", "Ukrainian|Ukrainians", "Kyiv:Kiev",
     "Volodymyr Zelensky:Volodymyr Zelenskyy:Volodymyr Zelenskiy:Zelenskyy:Zelenskiy|Denys Shmyhal|Yulia Svyrydenko|Petro Poroshenko"},
    {"United Arab Emirates", "UAE", "Emirati|Emiratis", "Abu Dhabi", "Mohamed bin Zayed"},
    {"United Kingdom", "UK|U.K.|Britain|Great Britain", "British|Briton|Britons|Brit|Brits", "London",
     "Keir Starmer|Rishi Sunak|Boris Johnson|Liz Truss|+Theresa May|Tony Blair|David Cameron"},
    {"United States", "US|U.S.|USA|U.S.A.|United States of America|America", "American|Americans", "Washington:Washington D.C.:Washington DC",
     "Donald Trump:Donald J. Trump|Joe Biden:Joseph Biden|Barack Obama|George W. Bush"},
    {"Uruguay", "", "Uruguayan|Uruguayans", "Montevideo", "Yamandú Orsi"},
    {"Uzbekistan", "", "Uzbek|Uzbeks", "Tashkent", "Shavkat Mirziyoyev"},
    {"Vanuatu", "", "", "Port Vila", ""},
    {"Vatican City", "Vatican|Holy See", "", "", "Pope Francis|Pope Leo XIV"},
    {"Venezuela", "", "Venezuelan|Venezuelans", "Caracas", "Nicolás Maduro:Nicolas Maduro|Hugo Chávez:Hugo Chavez"},
    {"Vietnam", "Viet Nam", "Vietnamese", "Hanoi", "+Tô Lâm:To Lam|+Phạm Minh Chính"},
    {"Yemen", "", "Yemeni|Yemenis", "Sanaa", ""},
    {"Zambia", "", "Zambian|Zambians", "Lusaka", "Hakainde Hichilema"},
    {"Zimbabwe", "", "Zimbabwean|Zimbabweans", "Harare", "Emmerson Mnangagwa|Robert Mugabe"},
};

/* name:other names; demonyms, if any, behind ';'. */
static const char *const places[] = {
    "Europe;European|Europeans", "Asia;Asian|Asians", "Africa;African|Africans", "Middle East:Mideast", "the West:West;Western", "Latin America;Latin American|Latin Americans",
    "North America;North American|North Americans", "South America;South American|South Americans", "Antarctica", "Arctic",
    "Crimea:Crimean Peninsula;Crimean|Crimeans", "Donbas:Donbass", "Luhansk:Lugansk", "Donetsk", "Kharkiv:Kharkov", "Odesa:Odessa", "Lviv:Lvov",
    "Saint Petersburg:St Petersburg", "Gaza Strip:Gaza;Gazan|Gazans", "West Bank", "Black Sea", "Red Sea", "Mediterranean Sea:Mediterranean",
    "Baltic Sea", "Balkans", "Caucasus", "Scotland;Scottish|Scot|Scots", "Wales;Welsh", "England;English", "Northern Ireland;Northern Irish",
    "Catalonia;Catalan|Catalans", "Hong Kong:Hongkong", "Kashmir;Kashmiri|Kashmiris", "Tibet;Tibetan|Tibetans", "Greenland;Greenlandic|Greenlander|Greenlanders",
    "Alabama", "Alaska;Alaskan|Alaskans", "Arizona", "Arkansas", "California;Californian|Californians", "Colorado", "Connecticut", "Delaware",
    "Florida;Floridian|Floridians", "Hawaii;Hawaiian|Hawaiians", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine", "Maryland",
    "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico",
    "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Rhode Island", "South Carolina", "South Dakota", "Tennessee",
    "Texas;Texan|Texans", "Utah", "Vermont", "Virginia", "West Virginia", "Wisconsin", "Wyoming", "Ontario", "Quebec", "British Columbia", "Alberta",
    "New South Wales", "Queensland", "Bavaria;Bavarian|Bavarians", "Silicon Valley", "Los Angeles", "Chicago", "San Francisco", "Boston", "Houston", "Miami",
    "Toronto", "Montreal", "Sydney", "Melbourne", "Shanghai", "Hong Kong Island", "Frankfurt", "Munich", "Hamburg", "Milan", "Barcelona", "Marseille", "Tel Aviv",
    "Aleppo", "Mosul", "Basra", "Kandahar", "Karachi", "Lahore", "New Delhi", "Bangalore:Bengaluru", "Chennai", "Guangzhou", "Shenzhen", "Wuhan", "Taipei City",
    "Mariupol", "Kherson", "Zaporizhzhia", "Bakhmut", "Dnipro", "Sevastopol", "Xinjiang", "Guantanamo Bay", "Golan Heights", "Rafah", "Khan Younis",
    "Central Asia;Central Asian|Central Asians", "East Asia", "South Asia;South Asian|South Asians", "Eastern Europe;Eastern European|Eastern Europeans",
    "Western Europe;Western European", "Central America;Central American|Central Americans", "East Africa;East African", "West Africa;West African",
    "North Africa;North African|North Africans", "Sub-Saharan Africa:sub-Saharan Africa", "Horn of Africa", "Pacific Ocean", "Atlantic Ocean", "Indian Ocean",
    "Puerto Rico;Puerto Rican|Puerto Ricans", "Chechnya;Chechen|Chechens", "New York City:New York", "Geneva", "Istanbul", "Mumbai:Bombay", "Kolkata:Calcutta",
    "Southeast Asia;Southeast Asian", "Persian Gulf", "South China Sea", "Caribbean", "Sahel",
};
static const char *const bodies[] = {
    "NATO:North Atlantic Treaty Organization:North Atlantic Treaty Organisation:Nato", "United Nations:UN:U.N.", "European Union:EU:E.U.",
    "World Health Organization:WHO", "International Monetary Fund:IMF", "World Bank", "World Trade Organization:WTO",
    "International Criminal Court:ICC", "International Court of Justice:ICJ", "African Union:AU", "Arab League",
    "Association of Southeast Asian Nations:ASEAN:Asean", "International Atomic Energy Agency:IAEA", "European Commission", "European Parliament",
    "European Central Bank:ECB", "European Court of Human Rights:ECHR", "Organization of the Petroleum Exporting Countries:OPEC:Opec",
    "Organization for Security and Cooperation in Europe:OSCE", "Organisation for Economic Co-operation and Development:OECD",
    "Economic Community of West African States:ECOWAS:Ecowas", "UN Security Council:U.N. Security Council:United Nations Security Council",
    "UNICEF:Unicef", "UNESCO:Unesco", "UNHCR", "Interpol:INTERPOL", "International Committee of the Red Cross:ICRC", "Red Cross",
    "Shanghai Cooperation Organisation:Shanghai Cooperation Organization:SCO", "World Food Programme:World Food Program:WFP", "Hamas", "Hezbollah:Hizbullah", "Taliban", "Islamic State:ISIS:ISIL",
    "al-Qaeda:al-Qaida:al Qaeda:Al-Qaeda", "Kremlin", "White House", "Pentagon", "Federal Bureau of Investigation:FBI", "Central Intelligence Agency:CIA",
    "Federal Reserve:Fed", "State Department:US State Department:U.S. State Department", "Democratic Party", "Republican Party:GOP",
    "Associated Press:AP", "Agence France-Presse:AFP", "Reuters", "BBC", "CNN", "Fox News",
    "Bloomberg", "Al Jazeera", "New York Times", "Washington Post", "Wall Street Journal", "Financial Times", "Los Angeles Times", "NBC News", "CBS News",
    "ABC News", "NPR", "TASS:Tass", "Xinhua", "Interfax", "Kyodo", "Yonhap", "Der Spiegel", "Le Monde", "Haaretz",
    "US Congress:U.S. Congress", "House of Representatives:US House of Representatives:U.S. House of Representatives", "US Senate:U.S. Senate",
    "US Supreme Court:U.S. Supreme Court", "Justice Department:Department of Justice:US Justice Department:U.S. Justice Department:DOJ",
    "Treasury Department:US Treasury:U.S. Treasury", "Defense Department:Department of Defense", "Department of Homeland Security:Homeland Security Department:DHS",
    "NASA:Nasa", "Food and Drug Administration:FDA", "Centers for Disease Control and Prevention:CDC", "Environmental Protection Agency:EPA",
    "Securities and Exchange Commission:SEC", "National Security Council", "National Security Agency:NSA", "Federal Aviation Administration:FAA",
    "National Weather Service", "Secret Service", "Democratic National Committee:DNC", "Republican National Committee:RNC",
    "Bank of England", "Bank of Japan", "House of Commons", "House of Lords", "Labour Party", "Conservative Party", "Liberal Democrats", "Scotland Yard",
    "Metropolitan Police", "National Health Service:NHS", "Bundestag", "Bundesbank", "Knesset", "State Duma:Duma", "Federal Security Service:FSB",
    "Wagner Group", "Rosneft", "Gazprom", "Lukoil", "European Council", "Council of Europe", "Eurogroup", "Europol", "Frontex", "UNRWA", "UNAIDS",
    "International Olympic Committee:IOC", "FIFA:Fifa", "UEFA:Uefa", "Amnesty International", "Human Rights Watch", "Greenpeace", "Oxfam", "Doctors Without Borders:MSF",
    "Save the Children", "Boko Haram", "al-Shabab:al-Shabaab:Al-Shabab", "Fatah", "Muslim Brotherhood", "Palestinian Authority", "Revolutionary Guards:Revolutionary Guard",
    "Google", "Microsoft", "Facebook", "Twitter", "YouTube", "Instagram", "WhatsApp", "TikTok", "ByteDance", "OpenAI", "Tesla", "SpaceX", "Boeing", "Airbus",
    "Toyota", "Honda", "Samsung", "Sony", "Volkswagen", "BMW", "Siemens", "Huawei", "Alibaba", "Tencent", "Netflix", "Disney:Walt Disney", "Pfizer", "Moderna",
    "AstraZeneca", "BioNTech", "Goldman Sachs", "JPMorgan:JPMorgan Chase:JP Morgan", "Morgan Stanley", "Deutsche Bank", "HSBC", "Credit Suisse", "UBS", "ExxonMobil:Exxon Mobil",
    "Chevron", "Saudi Aramco:Aramco", "TotalEnergies", "Nvidia", "Intel", "IBM", "Walmart", "Uber", "Lockheed Martin", "Raytheon", "Truth Social", "LinkedIn", "Reddit",
    "African National Congress:ANC", "Economic Freedom Fighters", "Bharatiya Janata Party:BJP", "Aam Aadmi Party", "Indian National Congress",
    "Trinamool Congress", "Pakistan Tehreek-e-Insaf", "Pakistan Peoples Party", "Awami League", "Bangladesh Nationalist Party",
    "Kuomintang", "Democratic Progressive Party", "Chinese Communist Party:Communist Party of China:CCP", "Liberal Democratic Party",
    "Komeito", "People Power Party", "Pheu Thai", "Move Forward Party", "National League for Democracy", "Barisan Nasional", "Pakatan Harapan", "Golkar",
    "Likud", "Yesh Atid", "Yisrael Beiteinu", "Shas", "Justice and Development Party:AKP", "Republican People's Party",
    "Kurdistan Workers' Party:PKK", "Christian Democratic Union:CDU", "Social Democratic Party:SPD", "Alternative for Germany:AfD", "Free Democratic Party",
    "Alliance 90", "Vlaams Belang", "New Flemish Alliance", "National Rally:Rassemblement National", "La République En Marche", "Les Républicains", "La France Insoumise", "Front National",
    "Forza Italia", "Brothers of Italy", "Five Star Movement:M5S", "Partito Democratico", "Partido Popular", "Podemos", "Ciudadanos", "Law and Justice:PiS",
    "Civic Platform", "Fidesz", "Jobbik", "Syriza:SYRIZA", "New Democracy", "Sinn Féin:Sinn Fein", "Fianna Fáil:Fianna Fail", "Fine Gael",
    "Scottish National Party:SNP", "Plaid Cymru", "Democratic Unionist Party:DUP", "Ulster Unionist Party", "UK Independence Party:UKIP", "Reform UK",
    "Green Party", "Liberal Party", "Labor Party", "National Party", "Socialist Party", "Communist Party", "Social Democrats", "New Democratic Party",
    "Bloc Québécois:Bloc Quebecois", "Parti Québécois:Parti Quebecois", "Libertarian Party", "Workers' Party", "Justicialist Party", "Peronist Party",
    "Institutional Revolutionary Party", "National Action Party", "United Russia", "Servant of the People", "Zanu-PF:ZANU-PF", "SWAPO:Swapo", "Frelimo",
    "Renamo", "All Progressives Congress", "People's Democratic Party", "Jubilee Party", "Orange Democratic Movement", "New Patriotic Party",
    "National Democratic Congress", "Socialist International", "European People's Party",
};

uint64_t world_mix(uint64_t h, uint64_t token)
{
    h = (h ^ token) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 31;
}

/* St. and Saint are one word, ’ and ' too. */
static uint64_t token_hash(const struct tokens *t, size_t i)
{
    struct slice s = token_text(t, i);
    if (slice_eq(s, SLICE("St.")) || slice_eq(s, SLICE("St"))) return hash_exact(SLICE("Saint"));
    if (slice_eq(s, SLICE("’"))) return hash_exact(SLICE("'"));
    if (slice_eq(s, SLICE("’s"))) return hash_exact(SLICE("'s"));
    return t->ptr[i].exact;
}

/* Commas say nothing: "Washington, D.C." is Washington D.C. */
static uint64_t range_hash(const struct tokens *t, size_t first, size_t end)
{
    uint64_t h = WORLD_SEED;
    for (size_t i = first; i < end; i++)
        if (!token_is(t, i, ',')) h = world_mix(h, token_hash(t, i));
    return h;
}

static void put_alias(struct world *w, uint64_t hash, uint32_t fact, enum alias_kind kind)
{
    size_t i = hash % SLOTS;
    while (w->slot[i].hash != 0 && w->slot[i].hash != hash) i = (i + 1) % SLOTS;
    struct alias *a = &w->slot[i];
    if (a->hash == 0) *a = (struct alias){hash, fact, kind, true};
    else if (a->fact != fact && kind == ALIAS_SURNAME && a->kind == ALIAS_SURNAME) a->only = false;
}

/* The alias text [p, p + n); a person's surname is an alias by itself. */
static bool put_name(struct world *w, struct arena *mem, struct slice name, uint32_t fact, enum alias_kind kind, bool surname)
{
    struct tokens t;
    if (name.len == 0) return true;
    if (tokens_of(w->lex, mem, name, (struct spans){NULL, 0}, &t) != OK) return false;
    put_alias(w, range_hash(&t, 0, t.len), fact, t.len == 1 && w->facts[fact].type == ENTITY_PERSON ? ALIAS_SURNAME : kind);
    if (surname && t.len > 1) {
        size_t end = t.len;
        if (slice_eq(token_text(&t, end - 1), SLICE("Jr."))) end--;
        size_t first = end - 1;
        while (first >= 2 && (t.ptr[first - 1].kind & TOKEN_DASH)) first -= 2;
        put_alias(w, range_hash(&t, first, end), fact, ALIAS_SURNAME);
    }
    return true;
}

static struct slice part(struct slice *rest, char by)
{
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != by) n++;
    struct slice got = {rest->ptr, n};
    *rest = slice_cut(*rest, n < rest->len ? n + 1 : n, rest->len);
    return got;
}

/* "Name:other:other" as a new fact; a person's surname becomes an alias unless a '+' stands before the name. */
static bool put_fact(struct world *w, struct arena *mem, struct slice row, enum entity_type type, uint32_t *index)
{
    bool silent = slice_starts(row, SLICE("+"));
    struct slice rest = slice_cut(row, silent ? 1 : 0, row.len), name = part(&rest, ':');
    if (name.len == 0) return true;
    if (w->n == FACTS_MAX) return false;
    char *copy = w->names + w->used;
    memcpy(copy, name.ptr, name.len);
    copy[name.len] = '\0';
    w->used += name.len + 1;
    *index = (uint32_t)w->n;
    w->facts[w->n++] = (struct fact){copy, type};
    bool ok = put_name(w, mem, name, *index, ALIAS_NAME, type == ENTITY_PERSON && !silent);
    while (ok && rest.len > 0) ok = put_name(w, mem, part(&rest, ':'), *index, ALIAS_NAME, false);
    return ok;
}

static bool put_many(struct world *w, struct arena *mem, const char *list, uint32_t fact, enum alias_kind kind)
{
    struct slice rest = slice_of(list);
    while (rest.len > 0)
        if (!put_name(w, mem, part(&rest, '|'), fact, kind, false)) return false;
    return true;
}

static bool put_countries(struct world *w, struct arena *mem)
{
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++) {
        const struct country *c = &countries[i];
        uint32_t fact, other;
        if (!put_fact(w, mem, slice_of(c->name), ENTITY_LOCATION, &fact)) return false;
        if (!put_many(w, mem, c->also, fact, ALIAS_NAME) || !put_many(w, mem, c->demonyms, fact, ALIAS_DEMONYM)) return false;
        if (!put_fact(w, mem, slice_of(c->capital), ENTITY_LOCATION, &other)) return false;
        struct slice rest = slice_of(c->heads);
        while (rest.len > 0)
            if (!put_fact(w, mem, part(&rest, '|'), ENTITY_PERSON, &other)) return false;
        arena_reset(mem);
    }
    return true;
}

static bool put_list(struct world *w, struct arena *mem, const char *const *rows, size_t n, enum entity_type type)
{
    for (size_t i = 0; i < n; i++) {
        struct slice rest = slice_of(rows[i]), names = part(&rest, ';');
        uint32_t fact;
        if (!put_fact(w, mem, names, type, &fact) || !put_many(w, mem, rest.ptr, fact, ALIAS_DEMONYM)) return false;
        arena_reset(mem);
    }
    return true;
}

struct world *world_create(const struct lexicon *lex)
{
    struct world *w = calloc(1, sizeof *w);
    struct arena *mem = arena_create(1 << 20);
    if (w != NULL) w->names = malloc(FACTS_MAX * 64);
    bool ok = w != NULL && mem != NULL && w->names != NULL;
    if (ok) {
        w->lex = lex;
        ok = put_countries(w, mem) && put_list(w, mem, places, sizeof places / sizeof *places, ENTITY_LOCATION)
            && put_list(w, mem, bodies, sizeof bodies / sizeof *bodies, ENTITY_ORGANIZATION);
    }
    arena_destroy(&mem);
    if (!ok) world_destroy(&w);
    return w;
}

void world_destroy(struct world **w)
{
    if (*w == NULL) return;
    free((*w)->names);
    free(*w);
    *w = NULL;
}

const struct fact *world_fact(const struct world *w, uint32_t fact)
{
    return &w->facts[fact];
}

const struct alias *world_by_hash(const struct world *w, uint64_t hash)
{
    for (size_t i = hash % SLOTS; w->slot[i].hash != 0; i = (i + 1) % SLOTS)
        if (w->slot[i].hash == hash) return &w->slot[i];
    return NULL;
}

const struct alias *world_find(const struct world *w, const struct tokens *t, size_t first, size_t end)
{
    return end - first > ALIAS_TOKENS_MAX + 2 ? NULL : world_by_hash(w, range_hash(t, first, end));
}

const struct alias *world_longest(const struct world *w, const struct tokens *t, size_t first, size_t end, size_t *len)
{
    const struct alias *best = NULL;
    uint64_t h = WORLD_SEED;
    for (size_t i = first; i < end && i < first + ALIAS_TOKENS_MAX; i++) {
        h = world_mix(h, token_hash(t, i));
        const struct alias *a = world_by_hash(w, h);
        if (a == NULL) continue;
        best = a;
        *len = i + 1 - first;
    }
    return best;
}
