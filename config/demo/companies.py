"""Names, places and trades of invented companies.

Brands are put together from syllables picked for sounding like nobody's; every domain ends in
`.example`, which RFC 2606 keeps out of the real internet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.demo.chance import Chance, Integers

Texts = NDArray[np.object_]

SHARE_CHINESE = 0.7

# Distinct pinyin within each list, so that a brand's domain is its own.
_FIRST_CHARACTERS = (
    "砚yan 霁ji 岚lan 昀yun 栩xu 钰yu 衡heng 翊yi 瀚han 泓hong 沐mu 珞luo 湛zhan 沧cang 棠tang "
    "榕rong 桐tong 枫feng 柏bai 楚chu 芷zhi 苒ran 荔li 葵kui 蔚wei 黛dai 骁xiao 隽jun 铭ming "
    "铎duo 琅lang 琼qiong 璟jing 皓hao 晔ye 曦xi 洵xun 渟ting 溯su 濯zhuo 樾yue 檀tan 槿jin "
    "桦hua 梓zi 杉shan 朔shuo 旻min 岫xiu 峤qiao 宥you 宸chen 寰huan 冕mian"
)
_SECOND_CHARACTERS = (
    "川chuan 禾he 谷gu 桥qiao 帆fan 拓tuo 源yuan 石shi 林lin 舟zhou 海hai 野ye 峰feng 岭ling "
    "港gang 湾wan 泽ze 维wei 图tu 序xu 泰tai 科ke 创chuang 康kang 诺nuo 博bo 瑞rui 森sen 迪di "
    "格ge 若ruo 朴pu 里li 方fang 道dao 同tong 成cheng 达da 信xin"
)
_PLACES = (
    "上海shanghai/华东 East China,杭州hangzhou/华东 East China,苏州suzhou/华东 East China,"
    "南京nanjing/华东 East China,宁波ningbo/华东 East China,无锡wuxi/华东 East China,"
    "青岛qingdao/华东 East China,厦门xiamen/华东 East China,合肥hefei/华东 East China,"
    "济南jinan/华东 East China,常州changzhou/华东 East China,南通nantong/华东 East China,"
    "北京beijing/华北 North China,天津tianjin/华北 North China,石家庄shijiazhuang/华北 North China,"
    "太原taiyuan/华北 North China,广州guangzhou/华南 South China,深圳shenzhen/华南 South China,"
    "佛山foshan/华南 South China,东莞dongguan/华南 South China,珠海zhuhai/华南 South China,"
    "南宁nanning/华南 South China,武汉wuhan/华中 Central China,长沙changsha/华中 Central China,"
    "郑州zhengzhou/华中 Central China,成都chengdu/西南 Southwest China,"
    "重庆chongqing/西南 Southwest China,昆明kunming/西南 Southwest China,"
    "贵阳guiyang/西南 Southwest China,西安xian/西北 Northwest China,"
    "兰州lanzhou/西北 Northwest China,沈阳shenyang/东北 Northeast China,"
    "大连dalian/东北 Northeast China,长春changchun/东北 Northeast China"
)
_ENGLISH_PLACES = (
    "Hong Kong/港澳 Hong Kong & Macau,Singapore/东南亚 Southeast Asia,"
    "Kuala Lumpur/东南亚 Southeast Asia,Sydney/海外 Overseas,London/海外 Overseas,"
    "Shanghai/华东 East China,Suzhou/华东 East China,Shenzhen/华南 South China"
)
_FIRST_SYLLABLES = (
    "Alder Ash Bram Brix Cald Carr Cor Dun Ebb Elm Fen Fair Gar Glen Hal Hart Haw Hol Ing Kel "
    "Kirk Lang Lind Lock Mar Mel Nor Oak Pem Quar Rad Rook Sal Sten Thorn Tre Ul Wex Wil Yar"
)
_SECOND_SYLLABLES = (
    "bourne brook bury combe cote dale den field fold gate grove hurst ling lock mere mont "
    "ridge stead stow ton vale wick worth wyn"
)
_QUALIFIERS = (
    "Pacific Summit Meridian Northern Southern Harbour Crescent Orchard Pioneer Beacon Anchor "
    "Compass Granite Willow Copper Silver Amber Cedar Juniper Heron Falcon Otter Badger Lantern "
    "Keystone Millstone Riverside Lakeside Hillside Seaside Upland Lowland"
)


@dataclass(frozen=True)
class Industry:
    name: str
    chinese: tuple[str, ...]
    english: tuple[str, str, str]


INDUSTRIES = (
    Industry(
        "制造 Manufacturing",
        ("精密机械", "电子科技", "智能装备"),
        ("Precision", "Instruments", "Components"),
    ),
    Industry("零售 Retail", ("商贸", "连锁超市", "百货"), ("Stores", "Retail", "Home & Living")),
    Industry(
        "互联网 Internet & software",
        ("网络科技", "软件", "信息技术"),
        ("Software", "Digital", "Networks"),
    ),
    Industry(
        "医药健康 Healthcare", ("医药", "医疗器械", "生物科技"), ("Health", "Biotech", "Care")
    ),
    Industry(
        "金融 Finance", ("融资租赁", "保险经纪", "金融服务"), ("Capital", "Brokers", "Leasing")
    ),
    Industry("物流 Logistics", ("物流", "供应链管理", "快运"), ("Logistics", "Freight", "Supply")),
    Industry(
        "教育 Education",
        ("教育科技", "文化传播", "职业教育"),
        ("Education", "Academies", "Training"),
    ),
    Industry(
        "餐饮酒店 Hospitality",
        ("餐饮管理", "酒店管理", "食品"),
        ("Hotels", "Foods", "Hospitality"),
    ),
    Industry(
        "物业建设 Property", ("物业管理", "置业", "建设"), ("Property", "Construction", "Estates")
    ),
    Industry("能源环保 Energy", ("新能源", "环保科技", "电力"), ("Energy", "Renewables", "Power")),
)


def _pairs(text: str) -> tuple[Texts, Texts]:
    """'砚yan 霁ji' → the characters and their pinyin."""
    words = text.split()
    return (
        np.array([word[0] for word in words], dtype=object),
        np.array([word[1:] for word in words], dtype=object),
    )


def _objects(words: list[str]) -> Texts:
    return np.array(words, dtype=object)


@dataclass(frozen=True)
class Companies:
    """Parallel arrays, one entry per company."""

    name: Texts
    domain: Texts
    city: Texts
    region: Texts
    industry: Texts


def are_chinese(chance: Chance, root: Integers) -> NDArray[np.bool_]:
    """Whether the company (for a subsidiary: its group) writes Chinese."""
    return np.asarray(chance.spread("company language", root, 2) < SHARE_CHINESE)


def make_companies(
    chance: Chance, number: Integers, root: Integers, heads_group: NDArray[np.bool_]
) -> Companies:
    """The companies with these numbers; `root` is the group's parent, or the company itself.

    Names and domains are unique among the first 65,000 of each language, and carry a number
    after that.
    """
    chinese = are_chinese(chance, root)
    industry = chance.between(0, len(INDUSTRIES) - 1, "industry", number)
    trade = chance.between(0, 2, "trade", number)
    zh, en = (
        _chinese(chance, number, root, heads_group, industry, trade),
        _english(chance, number, root, heads_group, industry, trade),
    )
    name, domain, city, region = (
        np.where(chinese, ours, theirs) for ours, theirs in zip(zh, en, strict=True)
    )
    industries = _objects([entry.name for entry in INDUSTRIES])
    return Companies(name, domain, city, region, industries[industry])


def _chinese(
    chance: Chance,
    number: Integers,
    root: Integers,
    heads_group: NDArray[np.bool_],
    industry: Integers,
    trade: Integers,
) -> tuple[Texts, Texts, Texts, Texts]:
    first, first_pinyin = _pairs(_FIRST_CHARACTERS)
    second, second_pinyin = _pairs(_SECOND_CHARACTERS)
    places = [entry.split("/") for entry in _PLACES.split(",")]
    cities = _objects(["".join(c for c in text if not c.isascii()) for text, _ in places])
    pinyin = _objects(["".join(c for c in text if c.isascii()) for text, _ in places])
    regions = _objects([region for _, region in places])
    trades = np.array([entry.chinese for entry in INDUSTRIES], dtype=object)

    brands = len(first) * len(second)
    brand = (root * 1009 + chance.between(0, brands - 1, "chinese brand")) % brands
    cycle = root // brands
    city = (chance.between(0, len(cities) - 1, "chinese city", brand) + cycle) % len(cities)
    own_city = np.where(number == root, city, (city + number - root + 1) % len(cities))
    lead, tail = brand % len(first), brand // len(first)
    characters = first[lead] + second[tail]
    trade_words = trades[industry, trade]
    independent = cities[own_city] + characters + trade_words
    listed = chance.happens(0.12, "listed", number)
    name = np.where(
        number != root,
        characters + "(" + cities[own_city] + ")" + trade_words + "有限公司",
        np.where(
            heads_group,
            cities[own_city] + characters + "控股集团有限公司",
            independent + np.where(listed, "股份有限公司", "有限公司").astype(object),
        ),
    )
    label = first_pinyin[lead] + second_pinyin[tail]
    label = np.where(number != root, label + "-" + pinyin[own_city], label)
    label = np.where(cycle > 0, label + "-" + pinyin[city], label)
    again = cycle // len(cities)
    name, label = _numbered(name, label, again)
    return name, label + ".example", cities[own_city], regions[own_city]


def _english(
    chance: Chance,
    number: Integers,
    root: Integers,
    heads_group: NDArray[np.bool_],
    industry: Integers,
    trade: Integers,
) -> tuple[Texts, Texts, Texts, Texts]:
    first, second = _objects(_FIRST_SYLLABLES.split()), _objects(_SECOND_SYLLABLES.split())
    qualifiers = _objects(["", *(word + " " for word in _QUALIFIERS.split())])
    places = [entry.split("/") for entry in _ENGLISH_PLACES.split(",")]
    cities = _objects([city for city, _ in places])
    regions = _objects([region for _, region in places])
    trades = np.array([entry.english for entry in INDUSTRIES], dtype=object)
    forms = _objects([" Ltd", " Inc.", " Pte Ltd", " Group Ltd", " LLC"])

    brands = len(first) * len(second)
    brand = (root * 389 + chance.between(0, brands - 1, "english brand")) % brands
    cycle = root // brands
    qualifier = qualifiers[cycle % len(qualifiers)]
    word = qualifier + first[brand % len(first)] + second[brand // len(first)]
    city = chance.between(0, len(cities) - 1, "english city", number)
    form = forms[chance.between(0, len(forms) - 1, "company form", number)]
    trade_words = trades[industry, trade]
    name = np.where(
        number != root,
        word + " " + trade_words + " (" + cities[city] + ") Ltd",
        np.where(heads_group, word + " Holdings Ltd", word + " " + trade_words + form),
    )
    lower = _objects([text.lower().replace(" ", "-") for text in word.tolist()])
    step = (number - root).astype(str).astype(object)
    label = np.where(number != root, lower + "-" + step, lower)
    name, label = _numbered(name, label, cycle // len(qualifiers))
    return name, label + ".example", cities[city], regions[city]


def _numbered(name: Texts, label: Texts, again: Integers) -> tuple[Texts, Texts]:
    """Past the supply of names, a number keeps them apart."""
    count = (again + 1).astype(str).astype(object)
    return (
        np.where(again > 0, name + " " + count, name),
        np.where(again > 0, label + "-" + count, label),
    )
