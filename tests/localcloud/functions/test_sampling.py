"""Lambda's rule for the invocations that it traces."""

from localcloud.runtimes.functions.sampling import Sampling


def test_first_invocation_of_each_second_is_traced_and_five_percent_of_the_others():
    now, chance = [10.0], [0.05]
    sampling = Sampling(lambda: now[0], lambda: chance[0])

    assert [sampling.choose() for _ in range(3)] == [True, False, False]
    chance[0] = 0.049
    assert sampling.choose()
    now[0], chance[0] = 11.0, 1.0
    assert [sampling.choose() for _ in range(2)] == [True, False]
