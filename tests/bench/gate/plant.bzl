"""Which functions plant.cc stands in for."""

_WRAPPED = [
    "_ZN7tessera7kernels4avx210MatmulQ4_0ERKNS_10MatmulArgsE",
    "_ZN7tessera7kernels6avx51210MatmulQ4_0ERKNS_10MatmulArgsE",
    "_ZN7tessera7kernels10avx512vnni10MatmulQ4_0ERKNS_10MatmulArgsE",
    "_ZN7tessera11SpinBarrier4WaitEv",
    "_ZN7tessera9LayerPass7ProjectERKNS_6MatrixEPKf",
    "_ZN7tessera11ForwardPass3RunEv",
    "_ZNK7tessera13LayoutProfile6ChooseENS_5DTypeENS_10MatrixDutyEmm",
]

PLANT_LINKOPTS = ["-Wl,--wrap=" + name for name in _WRAPPED]
