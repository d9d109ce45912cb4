"""Names of invented people, Chinese and English, with their e-mail names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from config.demo.chance import Chance, Integers

Texts = NDArray[np.object_]

_CHINESE_FAMILY = (
    "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu "
    "胡hu 郭guo 何he 林lin 高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 邓deng 冯feng 韩han "
    "曹cao 曾zeng 彭peng 萧xiao 蔡cai 潘pan 田tian 董dong 袁yuan 于yu 叶ye 蒋jiang"
)
_CHINESE_GIVEN = (
    "伟wei 芳fang 娜na 敏min 静jing 丽li 强qiang 磊lei 洋yang 艳yan 勇yong 军jun 杰jie 娟juan "
    "涛tao 明ming 超chao 霞xia 平ping 刚gang 晓东xiaodong 雨桐yutong 思远siyuan 佳怡jiayi "
    "子轩zixuan 文博wenbo 海燕haiyan 建国jianguo 志强zhiqiang 婷婷tingting 雪梅xuemei 浩然haoran "
    "欣怡xinyi 俊杰junjie 梦瑶mengyao 晨曦chenxi 诗涵shihan 宇航yuhang 若琳ruolin 嘉豪jiahao "
    "慧敏huimin 立新lixin 红梅hongmei 云帆yunfan 安琪anqi 瑞阳ruiyang 书瑶shuyao 国栋guodong"
)
_ENGLISH_FAMILY = (
    "Adams Baker Bennett Brooks Carter Chapman Clarke Collins Cooper Dawson Ellis Evans Fisher "
    "Foster Graham Grant Harper Hughes Jensen Kaur Keller Lawson Marsh Mason Meyer Morgan Murphy "
    "Nolan Novak Okafor Palmer Patel Reid Rossi Shaw Silva Stone Tanaka Turner Walsh"
)
_ENGLISH_GIVEN = (
    "Adam Alice Amelia Anna Aiden Ben Bella Clara Colin Daniel Diana Edith Emma Eric Ethan Fiona "
    "Grace George Hannah Harry Helen Ian Irene Jack Jane Jonas Julia Karen Kevin Laura Leo Lily "
    "Lucas Maria Martin Mia Nadia Nina Noah Olivia Oscar Paula Peter Rachel Ryan Sophie Tom Zoe"
)
# A step without a common divisor with the number of names: the people of one company differ.
_STRIDE = 1231


def _split(text: str) -> tuple[Texts, Texts]:
    words = text.split()
    shown = ["".join(c for c in word if not c.isascii()) or word for word in words]
    latin = ["".join(c for c in word if c.isascii()).lower() for word in words]
    return np.array(shown, dtype=object), np.array(latin, dtype=object)


def make_people(
    chance: Chance, company: Integers, position: Integers, chinese: NDArray[np.bool_]
) -> tuple[Texts, Texts]:
    """Names, and the part of the e-mail address before the @, of people in companies.

    The people of one company have distinct names up to position 1,919.
    """
    zh_family, zh_family_latin = _split(_CHINESE_FAMILY)
    zh_given, zh_given_latin = _split(_CHINESE_GIVEN)
    en_family, en_family_latin = _split(_ENGLISH_FAMILY)
    en_given, en_given_latin = _split(_ENGLISH_GIVEN)
    total = len(zh_family) * len(zh_given)
    pick = (chance.between(0, total - 1, "person", company) + position * _STRIDE) % total
    family, given = pick % len(zh_family), pick // len(zh_family)
    name = np.where(
        chinese,
        zh_family[family] + zh_given[given],
        en_given[given] + " " + en_family[family],
    )
    address = np.where(
        chinese,
        zh_given_latin[given] + "." + zh_family_latin[family],
        en_given_latin[given] + "." + en_family_latin[family],
    )
    return name, address
