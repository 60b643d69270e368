(** Re-centring: the device with soft bounds and unequal slopes, q+ = u (1 - w/tau), q- = d (1 + w/tau), used about a
    centre c: the weights c + v, |v| <= s tau (docs/theory.md#responses).

    dl = (u - d)/(u + d) > 0; the symmetric point, where q+ = q-, is dl tau.  For d > u exchange the signs of w. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Device Floor LogRatio Families ResponseFloor.
Local Open Scope R_scope.

Section recentre.
  Variables u d tau : R.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis d_pos : 0 < d.
  Hypothesis u_larger : d < u.

  Definition slant : R := (u - d) / (u + d).
  Let dl := slant.
  Definition symmetric : R := dl * tau.
  Definition common : R := 2 * u * d / (u + d).

  Lemma slant_range : 0 < dl < 1.
  Proof.
    unfold dl, slant. split; [apply Rdiv_lt_0_compat; lra|].
    apply Rmult_lt_reg_r with (u + d); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  Qed.

  Let mean := (u + d) / 2.
  Let u_is : u = mean * (1 + dl).
  Proof. unfold mean, dl, slant. field. lra. Qed.
  Let d_is : d = mean * (1 - dl).
  Proof. unfold mean, dl, slant. field. lra. Qed.
  Let mean_pos : 0 < mean.
  Proof. unfold mean. lra. Qed.

  (** * About the symmetric point *)

  Theorem about_the_symmetric_point v :
    slanted_up tau u symmetric = common /\ slanted_down tau d symmetric = common /\
    slanted_up tau u (symmetric + v) = common * (1 - v / (tau - symmetric)) /\
    slanted_down tau d (symmetric + v) = common * (1 + v / (tau + symmetric)).
  Proof.
    pose proof slant_range as R. unfold slanted_up, slanted_down, symmetric, common.
    assert (E : 2 * u * d / (u + d) = mean * (1 - dl ^ 2)) by (unfold mean, dl, slant; field; lra).
    rewrite E, u_is, d_is. clearbody dl mean. repeat split; field; repeat split; nra.
  Qed.

  (** On |v| <= s tau about it the responses are within the share s/(1 - dl) of the common one: that is gamma. *)
  Theorem near_the_symmetric_point s v :
    0 <= s -> s + dl < 1 -> Rabs v <= s * tau ->
    let g := s / (1 - dl) in
    (common * (1 - g) <= slanted_up tau u (symmetric + v) <= common * (1 + g) /\
     common * (1 - g) <= slanted_down tau d (symmetric + v) <= common * (1 + g)) /\ 0 < common * (1 - g).
  Proof.
    intros S Room V g. pose proof slant_range as R. pose proof (ratio_within tau s v tau_pos V) as X.
    assert (G : g * (1 - dl) = s) by (unfold g; field; lra).
    assert (G0 : 0 <= g) by (unfold g; apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
    assert (G1 : g < 1) by nra.
    set (x := v / tau) in *. assert (Ev : v = x * tau) by (unfold x; field; lra).
    assert (Ec : common = mean * (1 - dl ^ 2)) by (unfold common, mean, dl, slant; field; lra).
    assert (C0 : 0 < common) by (rewrite Ec; apply Rmult_lt_0_compat; [exact mean_pos | nra]).
    assert (B : forall t, 1 - dl <= t -> - g <= x / t <= g).
    { intros t Ht. split; apply Rmult_le_reg_r with t; try lra; unfold Rdiv; rewrite Rmult_assoc, Rinv_l by lra; nra. }
    destruct (about_the_symmetric_point v) as (_ & _ & Eu & Ed). rewrite Eu, Ed. unfold symmetric. fold dl. rewrite Ev.
    replace (x * tau / (tau - dl * tau)) with (x / (1 - dl)) by (field; split; nra).
    replace (x * tau / (tau + dl * tau)) with (x / (1 + dl)) by (field; split; nra).
    pose proof (B (1 - dl)). pose proof (B (1 + dl)).
    split; [repeat split; apply Rmult_le_compat_l; lra | apply Rmult_lt_0_compat; lra].
  Qed.

  Theorem at_the_symmetric_point s v D :
    0 <= s -> s + dl < 1 -> Rabs v <= s * tau ->
    responds (update (slanted_up tau u) (slanted_down tau d)) common (s / (1 - dl)) (symmetric + v) D.
  Proof.
    intros S Room V. destruct (near_the_symmetric_point s v S Room V) as [[Up Down] _].
    apply (near_responds (slanted_up tau u) (slanted_down tau d) _ _ (common * (1 - s / (1 - dl)))
      (common * (1 + s / (1 - dl)))); try (right; ring); assumption.
  Qed.

  (** How much moving the centre there reduces gamma from (s + dl)/(1 + s dl): ... *)
  (* Claim: response.recentre *)
  Theorem recentring_gain s : 0 <= s -> s + dl < 1 ->
    (s + dl) / (1 + s * dl) - s / (1 - dl) = dl * (1 - (s + s ^ 2 + dl)) / ((1 - dl) * (1 + s * dl)).
  Proof. intros S Room. pose proof slant_range. field. split; nra. Qed.

  (** ... it does iff s + s^2 + dl < 1. *)
  Theorem recentring_helps s : 0 <= s -> s + dl < 1 ->
    s / (1 - dl) < (s + dl) / (1 + s * dl) <-> s + s ^ 2 + dl < 1.
  Proof.
    intros S Room. pose proof slant_range as R. pose proof (recentring_gain s S Room) as E.
    assert (W : 0 < / ((1 - dl) * (1 + s * dl))).
    { pose proof (Rmult_le_pos s dl S ltac:(lra)). apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra. }
    unfold Rdiv in E. unfold Rdiv. set (w := / ((1 - dl) * (1 + s * dl))) in *. split; intros H.
    - destruct (Rlt_le_dec (s + s ^ 2 + dl) 1) as [|N]; [assumption|].
      assert (Z : dl * (1 - (s + s ^ 2 + dl)) <= 0) by nra.
      pose proof (Rmult_le_compat_r _ _ _ (Rlt_le _ _ W) Z). lra.
    - assert (0 < dl * (1 - (s + s ^ 2 + dl)) * w) by (apply Rmult_lt_0_compat; [nra | exact W]). lra.
  Qed.

  (** * The best centre *)

  (** k tau is the centre, qmin and qmax the extreme responses on the weights k tau + v, |v| <= s tau. *)
  Definition least_about (k s : R) : R := Rmin (u * (1 - (k + s))) (d * (1 + (k - s))).
  Definition most_about (k s : R) : R := Rmax (u * (1 - (k - s))) (d * (1 + (k + s))).
  Definition gamma_about (k s : R) : R := gamma_of (least_about k s) (most_about k s).
  Definition best_centre (s : R) : R := dl * (1 - s).

  Theorem extremes_about k s v D :
    0 <= s -> s + Rabs k < 1 -> Rabs v <= s * tau ->
    responds (update (slanted_up tau u) (slanted_down tau d))
      (gain_of (least_about k s) (most_about k s)) (gamma_about k s) (k * tau + v) D.
  Proof.
    intros S Room V. pose proof (ratio_within tau s v tau_pos V) as X.
    assert (K : -1 < k - s /\ k + s < 1) by (unfold Rabs in Room; destruct (Rcase_abs k); lra).
    assert (E : (k * tau + v) / tau = k + v / tau) by (field; lra).
    pose proof (Rmin_l (u * (1 - (k + s))) (d * (1 + (k - s)))).
    pose proof (Rmin_r (u * (1 - (k + s))) (d * (1 + (k - s)))).
    pose proof (Rmax_l (u * (1 - (k - s))) (d * (1 + (k + s)))).
    pose proof (Rmax_r (u * (1 - (k - s))) (d * (1 + (k + s)))).
    apply (responses_respond (slanted_up tau u) (slanted_down tau d)).
    - unfold least_about. apply Rmin_glb_lt; apply Rmult_lt_0_compat; lra.
    - unfold slanted_up. rewrite E. unfold least_about, most_about. nra.
    - unfold slanted_down. rewrite E. unfold least_about, most_about. nra.
  Qed.

  Theorem gamma_at_the_best_centre s : 0 <= s < 1 -> gamma_about (best_centre s) s = s / (1 - dl * (1 - s)).
  Proof.
    intros S. pose proof slant_range as R. unfold gamma_about, least_about, most_about, best_centre. rewrite u_is, d_is.
    clearbody dl mean.
    rewrite Rmin_left by (right; ring). rewrite Rmax_left.
    - unfold gamma_of. assert (T : 0 < 1 - dl * (1 - s)) by nra.
      assert (C : 0 < mean * (1 + dl)) by (apply Rmult_lt_0_compat; lra).
      set (c := mean * (1 + dl)) in *. set (k := dl * (1 - s)) in *. field. split; nra.
    - assert (0 <= mean * (dl * s)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]). lra.
  Qed.

  (** No other centre is better: whatever the extremes on the weights about it, they are further apart. *)
  (* Claim: response.best_centre *)
  Theorem no_better_centre k s least most :
    0 <= s < 1 -> least <= u * (1 - (k + s)) -> least <= d * (1 + (k - s)) -> u * (1 - (k - s)) <= most ->
    s / (1 - dl * (1 - s)) * (most + least) <= most - least.
  Proof.
    intros S Lu Ld Mu. pose proof slant_range as R. set (t := 1 - dl * (1 - s)).
    assert (T : 0 < t) by (unfold t; nra). assert (A : 0 < t + s) by lra.
    assert (B : 0 <= t - s) by (unfold t; nra).
    enough (E : least * (t + s) <= most * (t - s)).
    { apply Rmult_le_reg_r with t; [exact T|]. replace (s / t * (most + least) * t) with (s * (most + least))
        by (field; lra). lra. }
    apply Rle_trans with (u * (1 - (k - s)) * (t - s)); [|now apply Rmult_le_compat_r].
    destruct (Rle_lt_dec (best_centre s) k) as [Above|Below]; unfold best_centre in *.
    - (* above it: the two ends of q+ *)
      apply Rle_trans with (u * (1 - (k + s)) * (t + s)); [apply Rmult_le_compat_r; lra|].
      rewrite !Rmult_assoc. apply Rmult_le_compat_l; [lra|]. unfold t. nra.
    - (* below it: the upper end of q+ and the lower end of q- *)
      apply Rle_trans with (d * (1 + (k - s)) * (t + s)); [apply Rmult_le_compat_r; lra|].
      rewrite u_is, d_is. clearbody mean.
      replace (mean * (1 - dl) * (1 + (k - s)) * (t + s)) with (mean * (1 - dl) * ((1 + (k - s)) * (t + s))) by ring.
      replace (mean * (1 + dl) * (1 - (k - s)) * (t - s))
        with (mean * (1 - dl) * ((1 + dl) * (1 - (k - s)) * (1 - s))) by (unfold t; ring).
      apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|]. unfold t.
      (* both sides meet at k = dl (1 - s), the left one rises and the right one falls with k *)
      assert (0 <= (dl * (1 - s) - k) * (1 + s - dl * (1 - s) + (1 + dl) * (1 - s))) by (apply Rmult_le_pos; nra). nra.
  Qed.

  Theorem best_of_all_centres k s :
    0 <= s < 1 -> s + Rabs k < 1 -> gamma_about (best_centre s) s <= gamma_about k s.
  Proof.
    intros S Room. rewrite gamma_at_the_best_centre by exact S.
    assert (K : -1 < k - s /\ k + s < 1) by (unfold Rabs in Room; destruct (Rcase_abs k); lra).
    pose proof (Rmin_l (u * (1 - (k + s))) (d * (1 + (k - s)))) as M1.
    pose proof (Rmin_r (u * (1 - (k + s))) (d * (1 + (k - s)))) as M2.
    pose proof (Rmax_l (u * (1 - (k - s))) (d * (1 + (k + s)))) as M3.
    assert (L : 0 < least_about k s) by (unfold least_about; apply Rmin_glb_lt; apply Rmult_lt_0_compat; lra).
    pose proof (no_better_centre k s (least_about k s) (most_about k s) S M1 M2 M3) as B.
    assert (P : 0 < most_about k s) by (unfold most_about; pose proof (Rmult_lt_0_compat u (1 - (k - s))); lra).
    unfold gamma_about, gamma_of. apply Rmult_le_reg_r with (most_about k s + least_about k s); [lra|].
    unfold Rdiv at 2. rewrite Rmult_assoc, Rinv_l; lra.
  Qed.

  (** It always is better than no re-centring. *)
  Theorem best_centre_helps s : 0 < s < 1 -> s / (1 - dl * (1 - s)) < (s + dl) / (1 + s * dl).
  Proof.
    intros S. pose proof slant_range as R. clearbody dl.
    assert (T : 0 < 1 - dl * (1 - s)) by nra. assert (Q : 0 < 1 + s * dl) by nra.
    apply Rmult_lt_reg_r with ((1 - dl * (1 - s)) * (1 + s * dl)); [nra|].
    replace (s / (1 - dl * (1 - s)) * ((1 - dl * (1 - s)) * (1 + s * dl))) with (s * (1 + s * dl)) by (field; lra).
    replace ((s + dl) / (1 + s * dl) * ((1 - dl * (1 - s)) * (1 + s * dl))) with ((s + dl) * (1 - dl * (1 - s)))
      by (field; lra).
    assert (0 < dl * (1 - s) * (1 - dl)) by (repeat apply Rmult_lt_0_compat; lra). nra.
  Qed.

  (** * At one logical weight v = X tau *)

  (** The floor at the weight w is sigma^2 sinh^2 (artanh (w/tau) - artanh dl): zero at dl tau, not at 0. *)
  Theorem floor_at_a_weight X sigma : -1 < X < 1 ->
    floor (local_gamma (slanted_up tau u) (slanted_down tau d) (X * tau)) sigma
    = sigma ^ 2 * sinh (artanh X - artanh dl) ^ 2.
  Proof.
    intros HX. unfold local_gamma, slanted_up, slanted_down. replace (X * tau / tau) with X by (field; lra).
    assert (U : 0 < u * (1 - X)) by (apply Rmult_lt_0_compat; lra).
    assert (L : 0 < d * (1 + X)) by (apply Rmult_lt_0_compat; lra).
    rewrite (proj1 (floor_is_sinh _ _ U L sigma)). do 3 f_equal.
    rewrite log_ratio_adds by lra. unfold artanh at 1. unfold Rminus. rewrite Rplus_comm. f_equal.
    unfold artanh, log_ratio, dl, slant.
    replace ((1 + (u - d) / (u + d)) / (1 - (u - d) / (u + d))) with (/ (d / u)) by (field; repeat split; lra).
    rewrite ln_Rinv by (apply Rdiv_lt_0_compat; lra). field.
  Qed.

  Theorem floor_at_a_weight_value X sigma : -1 < X < 1 ->
    floor (gamma_of (u * (1 - X)) (d * (1 + X))) sigma = sigma ^ 2 * (X - dl) ^ 2 / ((1 - X ^ 2) * (1 - dl ^ 2)).
  Proof.
    intros HX. pose proof slant_range as R.
    assert (U : 0 < u * (1 - X)) by (apply Rmult_lt_0_compat; lra).
    assert (L : 0 < d * (1 + X)) by (apply Rmult_lt_0_compat; lra).
    rewrite (proj2 (floor_is_sinh _ _ U L sigma)). rewrite u_is, d_is. clearbody dl mean.
    field. repeat split; nra.
  Qed.

  Lemma artanh_increasing a b : -1 < a -> a < b -> b < 1 -> artanh a < artanh b.
  Proof.
    intros A L B. unfold artanh, log_ratio. apply Rmult_lt_compat_r; [lra|]. apply ln_increasing.
    - apply Rdiv_lt_0_compat; lra.
    - apply Rmult_lt_reg_r with ((1 - a) * (1 - b)); [nra|].
      replace ((1 + a) / (1 - a) * ((1 - a) * (1 - b))) with ((1 + a) * (1 - b)) by (field; lra).
      replace ((1 + b) / (1 - b) * ((1 - a) * (1 - b))) with ((1 + b) * (1 - a)) by (field; lra). lra.
  Qed.

  (** Re-centring at the symmetric point lowers the floor at the logical weight X tau. *)
  Definition helps_at (X : R) : Prop := Rabs (artanh (dl + X) - artanh dl) < Rabs (artanh X - artanh dl).

  Theorem helps_at_every_negative_weight X : -1 < X < 0 -> helps_at X.
  Proof.
    intros HX. pose proof slant_range as R. unfold helps_at. clearbody dl.
    pose proof (artanh_increasing X (dl + X)). pose proof (artanh_increasing (dl + X) dl).
    rewrite !Rabs_left1; lra.
  Qed.

  Theorem never_helps_past_the_slant X : dl <= X -> dl + X < 1 -> ~ helps_at X.
  Proof.
    intros HX Room. pose proof slant_range as R. unfold helps_at. clearbody dl.
    pose proof (artanh_increasing X (dl + X)). pose proof (artanh_increasing dl (dl + X)).
    assert (artanh dl <= artanh X).
    { destruct (Req_dec dl X) as [->|N]; [lra|]. left. apply artanh_increasing; lra. }
    rewrite !Rabs_pos_eq; lra.
  Qed.

  (** Between: exactly where 2 X (1 - dl X) < dl (1 - dl^2). *)
  Theorem helps_between X : 0 <= X < dl -> dl + X < 1 -> helps_at X <-> 2 * X * (1 - dl * X) < dl * (1 - dl ^ 2).
  Proof.
    intros HX Room. pose proof slant_range as R. unfold helps_at. clearbody dl.
    assert (Up : artanh dl <= artanh (dl + X)).
    { destruct (Req_dec X 0) as [->|N]; [rewrite Rplus_0_r; lra|]. left. apply artanh_increasing; lra. }
    pose proof (artanh_increasing X dl). rewrite Rabs_pos_eq, Rabs_left1 by lra.
    (* artanh (dl + X) + artanh X < 2 artanh dl, as products of ratios *)
    assert (E : artanh (dl + X) + artanh X = ln ((1 + (dl + X)) / (1 - (dl + X)) * ((1 + X) / (1 - X))) / 2).
    { unfold artanh, log_ratio. rewrite ln_mult by (apply Rdiv_lt_0_compat; lra). field. }
    assert (E' : artanh dl + artanh dl = ln ((1 + dl) / (1 - dl) * ((1 + dl) / (1 - dl))) / 2).
    { unfold artanh, log_ratio. rewrite ln_mult by (apply Rdiv_lt_0_compat; lra). field. }
    assert (P : 0 < (1 + (dl + X)) / (1 - (dl + X)) * ((1 + X) / (1 - X)))
      by (apply Rmult_lt_0_compat; apply Rdiv_lt_0_compat; lra).
    assert (P' : 0 < (1 + dl) / (1 - dl) * ((1 + dl) / (1 - dl)))
      by (apply Rmult_lt_0_compat; apply Rdiv_lt_0_compat; lra).
    assert (Diff : (1 + dl) / (1 - dl) * ((1 + dl) / (1 - dl)) - (1 + (dl + X)) / (1 - (dl + X)) * ((1 + X) / (1 - X))
      = 2 * (dl * (1 - dl ^ 2) - 2 * X * (1 - dl * X)) * / ((1 - dl) ^ 2 * ((1 - (dl + X)) * (1 - X))))
      by (field; repeat split; lra).
    assert (W : 0 < / ((1 - dl) ^ 2 * ((1 - (dl + X)) * (1 - X))))
      by (apply Rinv_0_lt_compat; repeat apply Rmult_lt_0_compat; try apply pow_lt; lra).
    set (a := (1 + (dl + X)) / (1 - (dl + X)) * ((1 + X) / (1 - X))) in *.
    set (b := (1 + dl) / (1 - dl) * ((1 + dl) / (1 - dl))) in *.
    set (w := / ((1 - dl) ^ 2 * ((1 - (dl + X)) * (1 - X)))) in *.
    split; intros L.
    - assert (ln a < ln b) by lra. assert (a < b) by (apply ln_lt_inv; assumption).
      destruct (Rlt_le_dec (2 * X * (1 - dl * X)) (dl * (1 - dl ^ 2))) as [|N]; [assumption|].
      pose proof (Rmult_le_compat_r w _ _ ltac:(lra) N). lra.
    - assert (a < b) by (pose proof (Rmult_lt_compat_r w _ _ W L); lra).
      pose proof (ln_increasing a b P H0). lra.
  Qed.
End recentre.

Print Assumptions best_of_all_centres.
Print Assumptions helps_between.
