import numpy as np

from ..rates import irr_many, without_dust


def irr(flows): return float(irr_many(without_dust(np.array(flows)[:,None]))[0])
